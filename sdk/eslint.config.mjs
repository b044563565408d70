/** Of the operations alone: whatever has an `id` is asked for it, by which caches know the same thing again. */
import { parser, rules } from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['operations/*.graphql'],
    languageOptions: {
      parser,
      parserOptions: { graphQLConfig: { schema: '../schema.graphql', documents: './operations/*.graphql' } },
    },
    plugins: { '@graphql-eslint': { rules } },
    rules: { '@graphql-eslint/require-selections': 'error' },
  },
];
