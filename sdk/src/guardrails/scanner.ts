/** What every finder of matches is to a stream. */

/** The part of a text that is still known. */
export interface KnownText {
  readonly text: string;
  /** The offset of its first unit in the whole text. */
  readonly base: number;
  /** Whether nothing comes after it. */
  readonly isWhole: boolean;
}

/** Finds matches of one kind, each decided once and in the order of their starts. */
export interface Finder {
  /** Every match that begins before this offset is decided. */
  readonly decided: number;
  /** Nothing before this offset is looked at again. */
  readonly needed: number;
  /** Starts and ends of what was decided since they were last taken. */
  found: number[];
}

/** Reads a text for its finders, as far as it is known. */
export interface Scanner {
  readonly finders: readonly Finder[];
  scan(known: KnownText): void;
}
