import { Database } from '../dist/database/database.js';

// Loaded before the service: its requests work as the owner of the tables then, whom no policy binds, and no connection
// changes from one organization to another.
Database.prototype.within = function within() {
  return this;
};
