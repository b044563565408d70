/**
 * Global ids: a type prefix, an underscore and the UUID in 26 characters of Crockford's base 32 (TypeID).
 *
 *   ws_01k0c3v5t8e9r7m2x4q6z8y1n3
 *   └┬┘└────────────┬───────────┘
 *  type      128 bits, the first character 0 to 7
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pattern = /^([a-z]+)_([0-7][0-9a-hjkmnp-tv-z]{25})$/;

const valueOfHex = new Uint8Array(128);
for (let value = 0; value < 16; value++) {
  valueOfHex[value.toString(16).charCodeAt(0)] = value;
  valueOfHex[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}
const hexCharacters = Buffer.from('0123456789abcdef', 'latin1');
const valueOfCharacter = new Uint8Array(128);
for (let value = 0; value < 32; value++) valueOfCharacter[alphabet.charCodeAt(value)] = value;
const dash = '-'.charCodeAt(0);
const underscore = '_'.charCodeAt(0);
const characters = Buffer.from(alphabet, 'latin1');
/** Where an id is written before it becomes a string: letter by letter it would leave a string behind for each. */
const scratch = Buffer.alloc(64);

/** The global id of a UUID, such as `ws_01k0c3v5t8e9r7m2x4q6z8y1n3`. */
export function toGlobalId(prefix: string, uuid: string): string {
  let at = 0;
  for (; at < prefix.length; at++) scratch[at] = prefix.charCodeAt(at);
  scratch[at++] = underscore;
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
      scratch[at++] = characters[(buffer >> bits) & 31] as number;
    }
  }
  return scratch.toString('latin1', 0, at);
}

/** The prefix and the UUID of a global id, or null where the text is no id at all. */
export function parseGlobalId(id: string): { readonly prefix: string; readonly uuid: string } | null {
  const [, prefix, digits] = pattern.exec(id) ?? [];
  if (prefix === undefined || digits === undefined) return null;
  let at = 0;
  let buffer = 0;
  // The first two of the 130 bits are none of the 128.
  let bits = -2;
  for (let index = 0; index < digits.length; index++) {
    buffer = ((buffer << 5) | (valueOfCharacter[digits.charCodeAt(index)] ?? 0)) & 0x1ff;
    bits += 5;
    while (bits >= 4) {
      bits -= 4;
      if (at === 8 || at === 13 || at === 18 || at === 23) scratch[at++] = dash;
      scratch[at++] = hexCharacters[(buffer >> bits) & 15] as number;
    }
  }
  return { prefix, uuid: scratch.toString('latin1', 0, at) };
}
