import { createServer } from 'node:http';
import pg from 'pg';

// What no service can be quicker than: one prepared statement behind node:http, whose one text goes out as it comes. The
// path names the statement and its values: `/cards/<organization>/<user>`.
const { DATABASE_URL, DATABASE_POOL_SIZE = '10', PORT, STATEMENTS = '{}' } = process.env;
/** @type {Record<string, string>} */
const statements = JSON.parse(STATEMENTS);
const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  max: Number(DATABASE_POOL_SIZE),
  // Planned once: for somebody with more than the average PostgreSQL would otherwise plan anew every time.
  options: '-c plan_cache_mode=force_generic_plan',
});

const server = createServer((request, response) => {
  const [, name = '', ...values] = (request.url ?? '').split('/');
  pool.query({ name, text: statements[name] ?? '', values, rowMode: 'array' }).then(
    ({ rows }) => {
      const body = Buffer.from(rows[0]?.[0]);
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
      response.end(body);
    },
    (error) => response.writeHead(500).end(String(error)),
  );
});
server.listen(Number(PORT), '127.0.0.1');
