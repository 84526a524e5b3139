# The command line in a container: docker run --rm -v "$PWD:/work" dtmap check board.dts
FROM node:24-slim AS build
WORKDIR /dtmap
COPY . .
RUN npm ci && node esbuild.mjs --minify && node client/release/package-npm.mjs && mv out/dtmap-*.tgz dtmap.tgz

# As npm installs it: with licence, notices and the pages that findings lead to.
FROM node:24-slim
COPY --from=build /dtmap/dtmap.tgz /tmp/dtmap.tgz
RUN npm install --global --offline --no-audit --no-fund /tmp/dtmap.tgz && rm /tmp/dtmap.tgz
COPY client/release/docker-entrypoint.sh /usr/local/bin/
WORKDIR /work
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["--help"]
