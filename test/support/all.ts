/** Everything that comes, in order. Node 20 has no `Array.fromAsync`. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const given: T[] = [];
  for await (const item of items) given.push(item);
  return given;
}
