import { connect } from 'node:net';

// The load, in a process of its own: answers each message with the requests that it got done. Every connection sends
// its requests by turns, one after the other as bytes made beforehand, so that it takes as little as possible from the processors
// that the servers run on.
process.on('message', async ({ port, requests, connections, milliseconds }) => {
  try {
    process.send({
      perSecond: await run({ port, requests: requests.map((text) => Buffer.from(text)), connections, milliseconds }),
    });
  } catch (error) {
    process.send({ error: error.message });
  }
});

async function run({ port, requests, connections, milliseconds }) {
  const start = performance.now();
  const until = start + milliseconds;
  const counts = await Promise.all(Array.from({ length: connections }, () => repeat(port, requests, until)));
  const count = counts.reduce((sum, each) => sum + each, 0);
  return (count * 1_000) / (performance.now() - start);
}

/** Sends the requests again and again until the time has come, and resolves with the number of answers. */
function repeat(port, requests, until) {
  return new Promise((resolve, reject) => {
    let count = 0;
    let missing = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('connect', () => socket.write(requests[0]));
    socket.on('data', (chunk) => {
      try {
        missing = missing > 0 ? missing - chunk.length : answerLength(chunk) - chunk.length;
      } catch (error) {
        socket.destroy(error);
        return;
      }
      if (missing > 0) return;
      count += 1;
      if (performance.now() < until) {
        socket.write(requests[count % requests.length]);
      } else {
        socket.destroy();
        resolve(count);
      }
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('The server closed a connection.')));
  });
}

/** Bytes of the answer that this chunk begins; its head is small enough to come whole. */
function answerLength(chunk) {
  const end = chunk.indexOf('\r\n\r\n');
  const head = chunk.latin1Slice(0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) throw new Error(`Unexpected answer: ${chunk}`);
  return end + 4 + Number(length);
}
