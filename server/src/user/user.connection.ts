import { connectionType } from '../pagination/page.js';
import { User, type UserRow } from './user.entity.js';

export const UserConnection = connectionType<UserRow>('User', () => User);
