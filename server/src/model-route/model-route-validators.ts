import { check } from '../graphql/validators.js';

export const targetsMax = 20;
const weightMax = 10_000;

export const IsTargetList = check(
  'targetsInvalid',
  (value) => Array.isArray(value) && value.length >= 1 && value.length <= targetsMax,
);

export const IsWeight = check(
  'weightInvalid',
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= weightMax,
);
