/**
 * What urql's normalizing cache has to know of the API: `cacheExchange({ keys, resolvers, possibleTypes })` of
 * `@urql/exchange-graphcache`.
 *
 * @module urql
 */
import type { Cache, KeyingConfig, Resolver, ResolverConfig } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { pagedFields, possibleTypes as types, typesWithoutId } from './generated/caches.js';

/** The types that stand behind an interface or a union. */
export const possibleTypes: Record<string, string[]> = types;

/** What has no `id` has no key: it belongs to what has it. */
export const keys: KeyingConfig = Object.fromEntries(typesWithoutId.map((name) => [name, () => null]));

/** Every list is one, with all of its pages that are there, as `nodes` and as `edges`. */
export const resolvers: ResolverConfig = Object.fromEntries(
  Object.entries(pagedFields).map(([name, fields]) => [
    name,
    Object.fromEntries(Object.keys(fields).map((field) => [field, pages()])),
  ]),
);

function pages(): Resolver {
  const paginate = relayPagination();
  return (parent, args, cache, info) => {
    // The pagination passes over what was asked for without any argument, which is kept under the field's bare name.
    const inspectFields: Cache['inspectFields'] = (entity) =>
      cache.inspectFields(entity).map((field) => ({ ...field, arguments: field.arguments ?? {} }));
    const resolve: Cache['resolve'] = (entity, field, given) =>
      cache.resolve(entity, field, Object.keys(given ?? {}).length > 0 ? given : null);
    const view = Object.create(cache, { inspectFields: { value: inspectFields }, resolve: { value: resolve } });
    const list = paginate(parent, args, view, info);
    if (typeof list !== 'object' || list === null) return list;
    // The count of the whole list comes with some of its pages only.
    const counts = inspectFields(info.parentKey)
      .filter((field) => field.fieldName === info.fieldName && isSameList(field.arguments ?? {}, args))
      .map(({ fieldKey }) => cache.resolve(info.parentKey, fieldKey))
      .flatMap((page) => cache.resolve(page as string, 'totalCount') ?? []);
    return { ...list, ...(counts.length > 0 && { totalCount: counts.at(-1) }) };
  };
}

/** Whether the arguments differ in which part of the list is asked for, at the most. */
function isSameList(one: object, other: object): boolean {
  const conditions = (args: object) =>
    JSON.stringify(
      Object.entries(args)
        .filter(([name, value]) => !/^(first|after|last|before)$/.test(name) && value != null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return conditions(one) === conditions(other);
}
