// A plugin of Stryker: leaves alone what an error says to people. Its code and its rule are mutated.

const WHY = "messages and details are for people; tests judge codes and rules";

/** Whether this is the message or the details of `new KeysteadError(code, message, { rule, details })` or `refuse(rule, …)`. */
function isForPeople({ key, listKey, node, parent, parentPath }) {
  if (node.type === "ObjectProperty" && node.key.name === "details") {
    return parentPath.listKey === "arguments" && parentPath.parent.callee.name === "KeysteadError";
  }
  if (listKey !== "arguments" || key === 0) return false;
  const { name } = parent.callee;
  return name === "refuse" || (name === "KeysteadError" && key === 1);
}

export const strykerPlugins = [
  { kind: "Ignore", name: "messages", value: { shouldIgnore: (path) => (isForPeople(path) ? WHY : undefined) } },
];
