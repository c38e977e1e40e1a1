// The OpenAPI document of a relay, from its table of routes.

import { CBOR, OCTETS, PROBLEM, QUERY, REFUSALS } from "../transport/wire.js";
import { RELAY_ROUTES, type RelayRoute } from "./routes.js";

const PARAMETERS = {
  subject: { description: "a subject in base64url of UTF-8, without padding", pattern: "^[A-Za-z0-9_-]+$" },
  log: { description: "the id of a log in hexadecimal", pattern: "^[0-9a-f]{64}$" },
  blob: { description: "the id of a blob in hexadecimal", pattern: "^([0-9a-f]{2}){16,32}$" },
  digest: { description: "the digest of an attachment in hexadecimal", pattern: "^[0-9a-f]{64}$" },
} as const;

const PROBLEM_SCHEMA = {
  type: "object",
  required: ["status", "code"],
  properties: {
    status: { type: "integer" },
    code: { type: "string" },
    rule: { type: "string", description: "the rule of docs/spec.md that an entry breaks" },
    detail: { type: "string" },
  },
} as const;

/** @param origin the service's address */
export function openApi(origin: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries<RelayRoute>(RELAY_ROUTES)) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(operationId, route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Keystead relay", version: "1" },
    servers: [{ url: origin }],
    paths,
    components: { schemas: { Problem: PROBLEM_SCHEMA } },
  };
}

function operation(operationId: string, route: RelayRoute): unknown {
  const { path, query, proofs, answers } = route;
  const asked = contentOf(route);
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    const { description, pattern } = PARAMETERS[name as keyof typeof PARAMETERS];
    return { name, in: "path", required: true, description, schema: { type: "string", pattern } };
  });
  const inQuery = query.map((name) => ({
    name,
    in: "query",
    description: QUERY[name].says,
    schema: { type: "string", pattern: QUERY[name].form.source },
  }));
  const refusals = Object.entries(REFUSALS).map(([status, says]) => [
    status,
    { description: says, content: { [PROBLEM]: { schema: { $ref: "#/components/schemas/Problem" } } } },
  ]);
  const good = Object.entries(answers).map(([status, answer]) => [
    status,
    { description: answer.says, ...contentOf(answer) },
  ]);
  return {
    operationId,
    description: `Proofs, of which one is enough: ${proofs.join(", ")}.`,
    parameters: [...inPath, ...inQuery],
    ...(asked && { requestBody: { required: true, ...asked } }),
    responses: Object.fromEntries([...refusals, ...good]),
  };
}

function contentOf({ body, streams }: Pick<RelayRoute, "body" | "streams">) {
  if (streams) return { content: { [OCTETS]: { schema: { type: "string", format: "binary" } } } };
  return body && { content: { [CBOR]: { schema: { description: body.cddl } } } };
}
