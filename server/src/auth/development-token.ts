import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';

/** Organization of the demonstration data, and of development tokens unless they name another. */
export const developmentOrganization = 'meridian';

const secretFile = 'development-secret';
const lifetime = '12h';

/** The secret of development mode, made at first use and kept in the data folder, readable by its owner only. */
export async function developmentSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, secretFile);
  await mkdir(dataDir, { recursive: true });
  const present = await readFile(path).catch(ignoreMissing);
  if (present !== undefined) return present;
  // Linked into its place when it is whole: of two processes at the same moment, one makes it and both read it.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), {
    mode: 0o600,
  });
  await link(draft, path).catch(ignoreExisting);
  await rm(draft);
  return readFile(path);
}

export interface DevelopmentClaims {
  readonly subject: string;
  readonly organization?: string;
  readonly name?: string;
  readonly email?: string;
  readonly role?: 'admin' | 'member';
  readonly teams?: readonly string[];
}

/** A token of development mode, good for twelve hours; claims that are left out change nothing about the person. */
export async function developmentToken(dataDir: string, claims: DevelopmentClaims): Promise<string> {
  const { subject, organization = developmentOrganization, name, email, role, teams } = claims;
  return new SignJWT({ org: organization, name, email, org_role: role, teams })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(await developmentSecret(dataDir));
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
