import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { VERSION } from './version.js';

const sdk = join(import.meta.dirname, '..');
const { version, homepage, repository, files, exports } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'));

test('the package says where it comes from, and which version it is', () => {
  expect(homepage).toMatch(/^https:\/\//);
  expect(repository).toMatchObject({
    type: 'git',
    url: expect.stringMatching(/^git\+https:.*\.git$/),
    directory: 'sdk',
  });
  expect(version).toBe(VERSION);
});

test('every entry point has a folder in the package, for tools that do not read exports', () => {
  const names = Object.keys(exports).filter((name) => !/^\.$|\.(json|graphql)$/.test(name));
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !files.includes(name.split('/')[1]))).toEqual([]);
});

test('every link of the README resolves in the package, and those of its pages too', () => {
  const pages = ['README.md', 'docs/guardrails.md', 'docs/gateways.md', 'docs/reference/README.md'];
  const links = pages.flatMap((page) => {
    const text = readFileSync(join(sdk, page), 'utf8');
    return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link }));
  });
  expect(links.length).toBeGreaterThan(5);
  const broken = links.filter(({ page, link }) => {
    const [path = '', anchor] = link.split('#');
    const target = path ? join(dirname(page), path) : page;
    const isShipped = target === 'README.md' || files.includes(target.split('/')[0]);
    return (
      !isShipped || !existsSync(join(sdk, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    );
  });
  expect(broken).toEqual([]);
});

/** The names of a page's headings, as GitHub and npm make them. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(sdk, page), 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
