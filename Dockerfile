# The command line in a container: docker run --rm -v "$PWD:/work" dtmap check board.dts
FROM node:20-slim AS build
WORKDIR /dtmap
COPY . .
RUN npm ci && node esbuild.mjs --minify

FROM node:20-slim
COPY --from=build /dtmap/package.json /dtmap/package.json
COPY --from=build /dtmap/dist/dtmap.js /dtmap/dist/server.js /dtmap/dist/web-tree-sitter.wasm /dtmap/dist/tree-sitter-devicetree.wasm /dtmap/dist/
RUN ln -s /dtmap/dist/dtmap.js /usr/local/bin/dtmap && chmod +x /dtmap/dist/dtmap.js
USER node
WORKDIR /work
ENTRYPOINT ["dtmap"]
