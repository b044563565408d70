import { createServer } from 'node:http';
import pg from 'pg';

// What the service is measured against: a prepared statement behind node:http, and nothing else. The statements come
// from the service's own modules, each under the path that answers it.
const { DATABASE_URL, DATABASE_POOL_SIZE, PORT, STATEMENTS } = process.env;
const statements = JSON.parse(STATEMENTS);
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL_SIZE) });

const server = createServer(async (request, response) => {
  const { rows } = await pool.query(statements[request.url]);
  const body = Buffer.from(JSON.stringify(rows));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
});
server.listen(Number(PORT), '127.0.0.1');
