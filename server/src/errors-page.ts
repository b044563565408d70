import { refusals, requestErrors } from './errors.js';

/** The catalogue of errors as a Markdown page. */
export function errorsPage(): string {
  const userErrors = Object.entries(refusals).map(
    ([name, { code, message, remedy }]) => `| \`${code}\` | ${name} | ${message} | ${remedy} |`,
  );
  const topLevel = Object.entries(requestErrors).map(
    ([name, { code, status, message, remedy }]) => `| \`${code}\` | ${name} | ${status} | ${message} | ${remedy} |`,
  );
  return `# Errors

Made from \`server/src/errors.ts\` by \`npm run generate\`; do not edit.

## Refusals

Expected answers to a mutation: \`userErrors\` in its payload, each with \`code\`, \`message\` and \`field\`, the path of the
input that it is about. Nothing was changed when there is one. What the viewer may not see is refused with the same
words as what does not exist.

| code | name | message | what to do |
|---|---|---|---|
${userErrors.join('\n')}

## Request errors

Top-level \`errors\` of the answer: the client program got something wrong, or the system could not do it. Each carries
\`extensions.code\` and \`extensions.requestId\`, the id under which the server's log knows the request and which is also in
the header \`x-request-id\`. A mistake of the client's, \`BAD_USER_INPUT\`, carries the name below as
\`extensions.reason\` too. An unexpected error is logged whole and shown as \`INTERNAL_SERVER_ERROR\` only. The HTTP
status is the one below when nothing of the operation could be answered; within an answer that has data it is 200.

| code | name | HTTP status | message | what to do |
|---|---|---|---|---|
${topLevel.join('\n')}

Where the message says more than the table, such as which part of a query does not parse, the code is the same.
Automatic persisted queries answer with \`PERSISTED_QUERY_NOT_FOUND\` as their protocol wants; clients that use them
send the query again with its hash.
`;
}
