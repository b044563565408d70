import { built } from './built.mjs';

/** @type {typeof import('../src/database/database.js')} */
const { Database } = await import(built('database/database.js'));

// Loaded before the service: its requests work as the owner of the tables then, whom no policy binds, and no transaction
// names its organization.
const { begin } = Database.prototype;
Database.prototype.begin = function beginAsOwner(scope) {
  return begin.call(this, scope).filter(({ text }) => !/^SET LOCAL (?:ROLE|tokenvue[.])/.test(text));
};
