// Fields and limits that the stored records of a model share.

import { array, bytesUpTo, text, uint } from "../bytes/schema.js";
import { member as memberId } from "../log/fields.js";

export const MAX_BYTES = 1_073_741_824;
const MAX_TEXT = 1_048_576;
export const MAX_LIST = 1_000_000;

export const members = array(memberId, { max: MAX_LIST });
export const position = uint({ min: 1 });
export const label = text(MAX_TEXT);
export const blob = bytesUpTo(MAX_BYTES);

type OptionalOf<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type Defined<T> = { [K in Exclude<keyof T, OptionalOf<T>>]: T[K] } & {
  [K in OptionalOf<T>]?: Exclude<T[K], undefined>;
};

/** The fields that are there. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
