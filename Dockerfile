# The image that Flow runs. The bundle is plain JavaScript, so it may be built on any platform.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY connector ./connector
COPY protocol ./protocol
COPY schemas ./schemas
# Where the web app's link to the documentation leads, for who publishes an image:
# docker build --build-arg DOCUMENTATION_URL=https://example.com/source-dynamodb .
ARG DOCUMENTATION_URL
RUN if [ -n "$DOCUMENTATION_URL" ]; then npm pkg set homepage="$DOCUMENTATION_URL"; fi
RUN npm run build

# Flow's data planes run linux/amd64, and put a program of theirs into the container to start this one: Debian
# is a base known to suit it. AWS is trusted by the certificates that Node itself brings; for a proxy with an
# authority of its own, mount the certificate and set NODE_EXTRA_CA_CERTS.
FROM --platform=linux/amd64 node:24-bookworm-slim
LABEL FLOW_RUNTIME_PROTOCOL=capture
LABEL FLOW_RUNTIME_CODEC=json
LABEL org.opencontainers.image.title=source-dynamodb
LABEL org.opencontainers.image.licenses=Apache-2.0

# No node_modules: the bundle holds all it needs. package.json tells Node that it consists of ES modules.
WORKDIR /app
COPY LICENSE ./
COPY --from=build /build/package.json ./
COPY --from=build /build/dist ./dist
USER node

# Pages come and go in pieces of megabytes. Left to itself, glibc keeps what was freed in between, up to 60 MiB; from
# this size on, each piece is a mapping of its own and goes back to the system.
ENV MALLOC_MMAP_THRESHOLD_=131072

# The heap holds positions and keys, 65 MiB of it for 5,000 shards; pages of items and records lie outside of it, and
# the connector bounds them at 48 MiB. Neither grows with the container, so the limit is a number, not a share of the
# container's memory: where nobody limits that, a share would be gigabytes. Left to itself, Node sizes the heap by the
# machine; so bounded, garbage is collected early, and an ordinary capture stays below 256 MiB in all. Young objects
# have a limit of their own: Node 24 would let them grow to 192 MiB on top, three times the second number.
# Flow runs the ENTRYPOINT as it stands and ignores a CMD next to it.
ENTRYPOINT ["node", "--no-warnings", "--max-old-space-size=192", "--max-semi-space-size=16", "/app/dist/main.js"]
