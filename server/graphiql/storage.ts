import type { GraphiQLProps } from 'graphiql';

type EditorStorage = NonNullable<GraphiQLProps['storage']>;

/**
 * The browser's storage without request headers. GraphiQL keeps the headers of every operation that was
 * run in its history, even with `shouldPersistHeaders` off; a token must not outlive the page.
 */
export function storageWithoutHeaders(storage: Storage): EditorStorage {
  return {
    get length() {
      return storage.length;
    },
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => {
      if (key !== 'graphiql:headers') storage.setItem(key, withoutHeaders(value));
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => {
      for (const key of Object.keys(storage)) if (key.startsWith('graphiql:')) storage.removeItem(key);
    },
  };
}

function withoutHeaders(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value, (key, item) => (key === 'headers' ? null : item)));
  } catch {
    return value;
  }
}
