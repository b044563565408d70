import { describe, expect, test } from '@jest/globals';
import { formatFilters, noFilters, parseFilters, toVariables } from './filters.js';

describe('the filters in the address', () => {
  test('none are an empty query string', () => {
    expect(formatFilters(noFilters)).toBe('');
    expect(parseFilters('')).toEqual(noFilters);
  });

  test('what is written is read again', () => {
    const query = '?search=a%26b+%C3%A7&environment=PRODUCTION,STAGING&status=REVIEW&region=US&order=CREATED_AT_DESC';
    expect(parseFilters(query)).toEqual({
      search: 'a&b ç',
      environments: ['PRODUCTION', 'STAGING'],
      statuses: ['REVIEW'],
      regions: ['US'],
      order: 'CREATED_AT_DESC',
    });
    expect(formatFilters(parseFilters(query))).toBe(query);
  });

  test('what there is not is left out', () => {
    expect(parseFilters('?environment=MOON,SANDBOX&order=SIDEWAYS&page=2')).toEqual({
      ...noFilters,
      environments: ['SANDBOX'],
    });
  });
});

test('the variables name only what is filtered', () => {
  expect(toVariables(noFilters)).toEqual({ filter: {}, orderBy: { field: 'NAME', direction: 'ASC' } });
  expect(toVariables({ ...noFilters, search: ' api ', regions: ['EU'], order: 'MONTHLY_BUDGET_DESC' })).toEqual({
    filter: { search: 'api', regions: ['EU'] },
    orderBy: { field: 'MONTHLY_BUDGET', direction: 'DESC' },
  });
});
