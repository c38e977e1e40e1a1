// Fast multiples of public edwards25519 points, for verifying signatures: SIG-5 of docs/spec.md section 3. Its time
// depends on its input, so it is never for secrets. noble has everything else; this exists because it verifies about
// four times faster than noble, and browsers have no synchronous native verification. Its tests hold it against noble.

import { FpInvertBatch } from "@noble/curves/abstract/modular.js";
import { ed25519 } from "@noble/curves/ed25519.js";

const { Point } = ed25519;
/** A point of the curve, as noble has it. */
export type Point = InstanceType<typeof Point>;

const P = Point.Fp.ORDER;
const TWICE_D = (2n * Point.CURVE().d) % P;
// Scalars are below 2^253, and signed digits may carry into one bit more.
const SCALAR_BITS = 254;

/** Extended coordinates (x = X/Z, y = Y/Z, xy = T/Z), each between −p and p. */
export interface Extended {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

/** An affine point, prepared for adding: y + x, y − x and 2dxy. */
type Addend = readonly [plus: bigint, minus: bigint, twiceDxy: bigint];

/**
 * Multiples of one point A, with scalars cut into signed digits of `bits` bits. Entry `i` has 1·B to 2^(bits−1)·B for
 * B = 2^(bits·spacing·i)·A, so that `spacing` − 1 rounds of doubling reach every digit: a large spacing makes a small
 * table, and spacing 1 needs no doubling at all.
 */
export interface Comb {
  readonly bits: number;
  readonly spacing: number;
  readonly rows: readonly (readonly Addend[])[];
}

const NEUTRAL: Extended = { X: 0n, Y: 1n, Z: 1n, T: 0n };

/** Builds the comb of a point: about 255 doublings and, for the entries, as many additions as there are entries. */
export function buildComb(point: Point, bits: number, spacing: number): Comb {
  const rowCount = Math.ceil(digitCount(bits) / spacing);
  const bases: Extended[] = [point];
  while (bases.length < rowCount) bases.push(doubled(bases.at(-1) as Extended, bits * spacing));
  const multiples = toAddends(bases).flatMap((addend, row) => {
    const sums = [bases[row] as Extended];
    while (sums.length < 1 << (bits - 1)) sums.push(add(sums.at(-1) as Extended, addend));
    return sums;
  });
  const addends = toAddends(multiples);
  const rows = bases.map((_, row) => addends.slice(row << (bits - 1), (row + 1) << (bits - 1)));
  return { bits, spacing, rows };
}

/** `n` times the comb's point, 0 ≤ n < L; plus `start`, if the comb's spacing is 1. */
export function multiply({ bits, spacing, rows }: Comb, n: bigint, start: Extended = NEUTRAL): Extended {
  const digits = signedDigits(n, bits);
  let sum = start;
  for (let round = spacing - 1; round >= 0; round--) {
    if (round < spacing - 1) sum = doubled(sum, bits);
    for (let row = 0; row < rows.length; row++) {
      const digit = digits[row * spacing + round] ?? 0;
      const multiple = (rows[row] as readonly Addend[])[Math.abs(digit) - 1];
      if (multiple !== undefined) sum = add(sum, digit > 0 ? multiple : negated(multiple));
    }
  }
  return sum;
}

/** The 32-byte encoding of a point (RFC 8032 section 5.1.2). */
export function encode({ X, Y, Z, T }: Extended): Uint8Array {
  const { Fp } = Point;
  return new Point(Fp.create(X), Fp.create(Y), Fp.create(Z), Fp.create(T)).toBytes();
}

// add-2008-hwcd-3 with an affine second point: complete on this curve, so it holds for doubling, inverses and torsion.
function add({ X, Y, Z, T }: Extended, [plus, minus, twiceDxy]: Addend): Extended {
  const a = (Y - X) * minus;
  const b = (Y + X) * plus;
  const c = (T * twiceDxy) % P;
  const e = (b - a) % P;
  const h = (b + a) % P;
  const f = Z + Z - c;
  const g = Z + Z + c;
  return { X: (e * f) % P, Y: (g * h) % P, Z: (f * g) % P, T: (e * h) % P };
}

// dbl-2008-hwcd with a = −1.
function doubled(point: Extended, times: number): Extended {
  let { X, Y, Z, T } = point;
  for (let n = 0; n < times; n++) {
    const xx = X * X;
    const yy = Y * Y;
    const e = ((X + Y) * (X + Y) - xx - yy) % P;
    const g = (yy - xx) % P;
    const f = (g - 2n * Z * Z) % P;
    const h = -(xx + yy) % P;
    X = (e * f) % P;
    Y = (g * h) % P;
    Z = (f * g) % P;
    T = e * h;
  }
  // Doubling does not read T, so only the last one is reduced.
  return { X, Y, Z, T: T % P };
}

function negated([plus, minus, twiceDxy]: Addend): Addend {
  return [minus, plus, -twiceDxy];
}

function toAddends(points: readonly Extended[]): Addend[] {
  const inverses = FpInvertBatch(
    Point.Fp,
    points.map(({ Z }) => Point.Fp.create(Z)),
  );
  return points.map(({ X, Y }, index) => {
    const inverse = inverses[index] as bigint;
    const x = (X * inverse) % P;
    const y = (Y * inverse) % P;
    return [y + x, y - x, (((x * y) % P) * TWICE_D) % P];
  });
}

function digitCount(bits: number): number {
  return Math.ceil(SCALAR_BITS / bits);
}

// n = Σ digit_i · 2^(bits·i), each digit from −2^(bits−1) + 1 to 2^(bits−1), least significant first.
function signedDigits(n: bigint, bits: number): number[] {
  const size = 1 << bits;
  const digits: number[] = [];
  let rest = n;
  for (let count = digitCount(bits); count > 0; count--) {
    const low = Number(rest & BigInt(size - 1));
    const digit = low > size / 2 ? low - size : low;
    digits.push(digit);
    rest = (rest - BigInt(digit)) >> BigInt(bits);
  }
  return digits;
}
