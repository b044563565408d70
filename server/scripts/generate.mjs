// Writes what is made from the server's code: the API and the page of its errors. Needs the server's build.
import { writeFile } from 'node:fs/promises';
import { errorsPage } from '../dist/errors-page.js';
import { createSchema, printApi } from '../dist/schema.js';

const file = (path) => new URL(path, import.meta.url);

await writeFile(file('../../schema.graphql'), printApi(await createSchema()));
await writeFile(file('../docs/errors.md'), errorsPage());
