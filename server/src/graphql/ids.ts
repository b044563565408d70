/**
 * Global ids: a type prefix, an underscore and the UUID in 26 characters of Crockford's base 32 (TypeID).
 *
 *   ws_01k0c3v5t8e9r7m2x4q6z8y1n3
 *   └┬┘└────────────┬───────────┘
 *  type      128 bits, the first character 0 to 7
 */
export const idPrefixes = {
  Workspace: 'ws',
  Member: 'mem',
  VirtualKey: 'vk',
  User: 'usr',
  Team: 'team',
  AuditEvent: 'aud',
  ServiceToken: 'svc',
} as const;

export type NodeTypeName = keyof typeof idPrefixes;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pattern = /^([a-z]+)_([0-7][0-9a-hjkmnp-tv-z]{25})$/;

const valueOfHex = new Uint8Array(128);
for (let value = 0; value < 16; value++) {
  valueOfHex[value.toString(16).charCodeAt(0)] = value;
  valueOfHex[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}
const dash = '-'.charCodeAt(0);

/** The global id of a UUID, such as `ws_01k0c3v5t8e9r7m2x4q6z8y1n3`. */
export function toGlobalId(type: NodeTypeName, uuid: string): string {
  let id = `${idPrefixes[type]}_`;
  let buffer = 0;
  // 26 characters hold 130 bits: two leading zeros come before the 128.
  let bits = 2;
  for (let index = 0; index < uuid.length; index++) {
    const code = uuid.charCodeAt(index);
    if (code === dash) continue;
    buffer = ((buffer << 4) | (valueOfHex[code] ?? 0)) & 0x1ff;
    bits += 4;
    if (bits >= 5) {
      bits -= 5;
      id += alphabet[(buffer >> bits) & 31];
    }
  }
  return id;
}

/** The UUID in a global id of this type, or null where the text is not such an id. */
export function fromGlobalId(type: NodeTypeName, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.type === type ? parsed.uuid : null;
}

/** What kind of object a global id names and its UUID, or null where the text is no id at all. */
export function parseGlobalId(id: string): { type: NodeTypeName; uuid: string } | null {
  const match = pattern.exec(id);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const type = typeOfPrefix.get(match[1]);
  if (type === undefined) return null;
  let value = 0n;
  for (const character of match[2]) value = value * 32n + BigInt(alphabet.indexOf(character));
  const hex = value.toString(16).padStart(32, '0');
  return {
    type,
    uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  };
}

const typeOfPrefix = new Map(
  Object.entries(idPrefixes).map(([type, prefix]) => [prefix as string, type as NodeTypeName]),
);
