// An immutable map with hexadecimal keys. Versions share their storage: setting a key costs the depth of the tree and does not
// change the old version. Values that it gives are frozen. It holds parts of the log state of docs/spec.md section 6.3.

import { freeze } from "./frozen.js";

type Node<T> = Leaf<T> | readonly (Node<T> | undefined)[];

interface Leaf<T> {
  readonly key: string;
  readonly value: T;
}

/** An immutable map. All keys are hexadecimal and of one length, which bounds the depth of the tree. */
export class PersistentMap<T> implements Iterable<readonly [string, T]> {
  readonly #root: Node<T> | undefined;

  private constructor(root: Node<T> | undefined) {
    this.#root = root;
  }

  /** @internal A map with no keys. */
  static empty<T>(): PersistentMap<T> {
    return new PersistentMap<T>(undefined);
  }

  /** The value of a key; undefined if the map does not have it. */
  get(key: string): T | undefined {
    let node = this.#root;
    for (let depth = 0; node !== undefined; depth++) {
      if (isLeaf(node)) return node.key === key ? freeze(node.value) : undefined;
      node = node[digitAt(key, depth)];
    }
    return undefined;
  }

  /** @internal A map with the entries of this one and `value` for `key`. */
  set(key: string, value: T): PersistentMap<T> {
    return new PersistentMap(insert(this.#root, { key, value }, 0));
  }

  /** Keys and values, in the order of the keys. */
  *[Symbol.iterator](): IterableIterator<readonly [string, T]> {
    if (this.#root !== undefined) yield* each(this.#root);
  }
}

function isLeaf<T>(node: Node<T>): node is Leaf<T> {
  return !Array.isArray(node);
}

function digitAt(key: string, depth: number): number {
  return Number.parseInt(key.charAt(depth), 16);
}

function insert<T>(node: Node<T> | undefined, leaf: Leaf<T>, depth: number): Node<T> {
  if (node === undefined) return leaf;
  if (!isLeaf(node)) {
    const digit = digitAt(leaf.key, depth);
    const children = [...node];
    children[digit] = insert(node[digit], leaf, depth + 1);
    return children;
  }
  if (node.key === leaf.key) return leaf;
  const children: (Node<T> | undefined)[] = new Array(16).fill(undefined);
  children[digitAt(node.key, depth)] = node;
  return insert(children, leaf, depth);
}

function* each<T>(node: Node<T>): Generator<readonly [string, T]> {
  if (isLeaf(node)) yield [node.key, freeze(node.value)];
  else for (const child of node) if (child !== undefined) yield* each(child);
}
