// A plugin of Stryker: leaves alone what errors and duties say to people. Codes, rules, evidence (LOG-8) and actions are mutated.

const WHY = "messages and details but evidence are for people; tests judge codes and rules";

/** Functions that make an error of a sentence. */
const MAKERS = new Set([
  ...["badSignature", "corrupt", "invalid", "invalidKey", "malformed", "stale", "unencodable", "wrong"],
  ...["#error", "#tooLarge"],
]);

/** The name of what is called: `name(…)`, or `#name` of `this.#name(…)`. */
function nameOf({ name, property }) {
  return property?.type === "PrivateName" ? `#${property.id.name}` : name;
}

/** Whether this is text of more than one word. */
function isSentence({ type, value, quasis }) {
  if (type === "TemplateLiteral") return quasis.some((part) => part.value.raw.includes(" "));
  return type === "StringLiteral" && value.includes(" ");
}

/**
 * Whether this is the message or the details of `new KeysteadError(code, message, { rule, details })` or `refuse(rule, …)`, or the
 * `because` of a duty or a verdict, which `doubt(because)` makes, or a sentence in an argument of one of the functions above.
 */
function isForPeople({ key, listKey, node, parent, parentPath }) {
  if (node.type === "ObjectProperty" && node.key.name === "details") {
    if (node.value.properties?.some((property) => property.key?.name === "evidence")) return false;
    return parentPath.listKey === "arguments" && parentPath.parent.callee.name === "KeysteadError";
  }
  if (node.type === "ObjectProperty" && node.key.name === "because") return true;
  if (listKey !== "arguments") return false;
  const name = nameOf(parent.callee);
  if (MAKERS.has(name) && isSentence(node)) return true;
  if (key === 0) return name === "doubt";
  return name === "refuse" || (name === "KeysteadError" && key === 1);
}

export const strykerPlugins = [
  { kind: "Ignore", name: "messages", value: { shouldIgnore: (path) => (isForPeople(path) ? WHY : undefined) } },
];
