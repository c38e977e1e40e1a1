// A plugin of Stryker: leaves alone what errors and duties say to people. Codes, rules, evidence (LOG-8) and actions are mutated.

const WHY = "messages and details but evidence are for people; tests judge codes and rules";

/**
 * Whether this is the message or the details of `new KeysteadError(code, message, { rule, details })` or `refuse(rule, …)`, or the
 * `because` of a duty or a verdict, which `doubt(because)` makes.
 */
function isForPeople({ key, listKey, node, parent, parentPath }) {
  if (node.type === "ObjectProperty" && node.key.name === "details") {
    if (node.value.properties?.some((property) => property.key?.name === "evidence")) return false;
    return parentPath.listKey === "arguments" && parentPath.parent.callee.name === "KeysteadError";
  }
  if (node.type === "ObjectProperty" && node.key.name === "because") return true;
  if (listKey !== "arguments") return false;
  const { name } = parent.callee;
  if (key === 0) return name === "doubt";
  return name === "refuse" || (name === "KeysteadError" && key === 1);
}

export const strykerPlugins = [
  { kind: "Ignore", name: "messages", value: { shouldIgnore: (path) => (isForPeople(path) ? WHY : undefined) } },
];
