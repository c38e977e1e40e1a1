# A relay on PostgreSQL, from this repository: docker build -t keystead-relay . && docker run -e DATABASE_URL=… -v ./app.mjs:/app/app.mjs:ro
# keystead-relay --origin https://keys.example --app /app/app.mjs. docs/relay.md, "Operations".

FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npm run build
RUN npm pack --ignore-scripts --pack-destination /tmp

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=build /tmp/keystead-0.1.0.tgz /tmp/
RUN npm install --ignore-scripts --omit=dev --no-audit --no-fund /tmp/keystead-0.1.0.tgz hono@4.13.19 @hono/node-server@2.1.8 pg@8.23.1 prom-client@15.1.3 && rm /tmp/keystead-0.1.0.tgz
USER node
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "node_modules/keystead/dist/cli.js", "relay", "--host", "0.0.0.0", "--log", "--metrics", "0.0.0.0:9090"]
