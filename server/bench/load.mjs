import { connect } from 'node:net';

/**
 * What the load is asked to do.
 *
 * @typedef {object} Job
 * @property {number} port
 * @property {readonly { text: string, begins: string }[]} requests Sent by turns, and how the body of an answer begins.
 * @property {number} connections
 * @property {number} milliseconds
 */

/**
 * What it got done.
 *
 * @typedef {object} Done
 * @property {number} count Requests that were answered.
 * @property {number} perSecond
 * @property {number} p50 In milliseconds.
 * @property {number} p99
 */

/** Stands in a request where each needs another number. */
const numberPlace = '{{number}}';
let number = 0;

// The load, in a process of its own. Every connection sends its requests by turns, one after the other as bytes made
// beforehand, so that it takes as little as possible from the processors that the servers run on.
process.on('message', (/** @type {Job} */ job) => {
  run(job).then(
    (done) => process.send?.(done),
    (error) => process.send?.({ error: error.message }),
  );
});

/**
 * @param {Job} job
 * @returns {Promise<Done>}
 */
async function run({ port, requests, connections, milliseconds }) {
  const prepared = requests.map(({ text, begins }) => ({
    bytes: Buffer.from(text),
    place: text.includes(numberPlace) ? Buffer.from(text).indexOf(numberPlace) : null,
    begins,
  }));
  const start = performance.now();
  const until = start + milliseconds;
  const times = await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      // Each begins somewhere else, so that they do not all send the same.
      const first = Math.floor((index * requests.length) / connections);
      return repeat(port, [...prepared.slice(first), ...prepared.slice(0, first)], until);
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const sorted = Float64Array.from(times.flat()).sort();
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { count: sorted.length, perSecond: sorted.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/**
 * Sends the requests again and again until the time has come, and resolves with the milliseconds that each took.
 *
 * @param {number} port
 * @param {readonly { bytes: Buffer, place: number | null, begins: string }[]} requests
 * @param {number} until
 * @returns {Promise<number[]>}
 */
function repeat(port, requests, until) {
  return new Promise((resolve, reject) => {
    /** @type {number[]} */
    const times = [];
    let missing = 0;
    let begins = '';
    let sentAt = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const sendNext = () => {
      const request = requests[times.length % requests.length];
      if (request === undefined) throw new Error('There is nothing to send.');
      begins = request.begins;
      sentAt = performance.now();
      socket.write(request.place === null ? request.bytes : numbered(request.bytes, request.place));
    };
    socket.on('connect', sendNext);
    socket.on('data', (chunk) => {
      try {
        missing = (missing > 0 ? missing : answerLength(chunk, begins)) - chunk.length;
      } catch (error) {
        socket.destroy(/** @type {Error} */ (error));
        return;
      }
      if (missing > 0) return;
      const now = performance.now();
      times.push(now - sentAt);
      if (now < until) {
        sendNext();
      } else {
        socket.destroy();
        resolve(times);
      }
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('The server closed a connection.')));
  });
}

/**
 * @param {Buffer} bytes
 * @param {number} place
 */
function numbered(bytes, place) {
  number += 1;
  const copy = Buffer.from(bytes);
  copy.write(String(number).padStart(numberPlace.length, '0'), place, 'latin1');
  return copy;
}

/**
 * Bytes of the answer that this chunk begins; its head is small enough to come whole, and the body begins right behind it.
 *
 * @param {Buffer} chunk
 * @param {string} begins
 */
function answerLength(chunk, begins) {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const head = chunk.toString('latin1', 0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const isExpected = head.startsWith('HTTP/1.1 200 ') && chunk.toString('latin1', end, end + begins.length) === begins;
  if (!isExpected || length === undefined) throw new Error(`Unexpected answer: ${chunk.subarray(0, 2_000)}`);
  return end + Number(length);
}
