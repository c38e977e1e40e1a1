// Finds sentences for people in sources: strings of several words that are not on their way into an error.

import ts from "typescript";

/** Names of the functions of these sources that make an error or throw one. */
export function errorMakers(sources: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>(["KeysteadError", "asArgument"]);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name && /^(KeysteadError|never)$/.test(node.type?.getText() ?? ""))
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(parse(source));
  return names;
}

/** Strings and templates with three words or more, outside of throws, of calls that make errors, and of what those call. */
export function proseIn(source: string, makers: ReadonlySet<string> = new Set(["KeysteadError"])): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isThrowStatement(node) || ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && makers.has(node.expression.getText())) return;
    const words = ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(" x ")
      : ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : "";
    if (/\p{L}{2,}[ ,.:;]+\p{L}+[ ,.:;]+\p{L}{2,}/u.test(words)) found.push(words);
    ts.forEachChild(node, visit);
  };
  visit(parse(source));
  return found;
}

/** Texts and single words of a catalogue, without its codes: the pieces of strings that are neither keys, nor types, nor compared. */
export function textsIn(source: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isElementAccessExpression(node)) return;
    if (ts.isBinaryExpression(node) && /^[!=]==$/.test(node.operatorToken.getText())) return;
    if (ts.isPropertyAssignment(node)) {
      // The code of another text, or a word under its key.
      if (node.name.getText() !== "code") visit(node.initializer);
      return;
    }
    if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isStringLiteralLike(node))
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(source));
  return found;
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
}
