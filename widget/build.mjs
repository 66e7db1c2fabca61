// Builds the widget into the package: `node build.mjs [directory]`. The loader keeps its name, because sites embed it; what the
// frame needs is named by its content, so that browsers may keep it for good. `manifest.json` says which name means what.
import { build, transform } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "../bot/channels/web/assets");
/** Most bytes that a page loads before anybody opens the chat, compressed. */
const LOADER_LIMIT = 10_000;
const options = { bundle: true, minify: true, target: "es2022", charset: "utf8", legalComments: "none", metafile: true };

/** A style sheet as a string: the loader puts it into a shadow tree, where a page's policy on styles has no say. */
const styleAsText = {
  name: "style-as-text",
  setup(/** @type {import("esbuild").PluginBuild} */ plugin) {
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await mkdir(target, { recursive: true });
const loader = build({
  ...options,
  entryPoints: [join(here, "src/loader/main.js")],
  outfile: join(target, "loader.js"),
  format: "iife",
  plugins: [styleAsText],
});
const frame = build({
  ...options,
  entryPoints: { frame: join(here, "src/frame/main.js"), style: join(here, "src/frame/frame.css") },
  outdir: target,
  entryNames: "frame-[hash]",
  format: "esm",
});
const outputs = (await Promise.all([loader, frame])).flatMap((result) => Object.keys(result.metafile.outputs));
const names = outputs.map((path) => basename(path));
const manifest = {
  "loader.js": "loader.js",
  "frame.js": names.find((name) => /^frame-.*\.js$/.test(name)),
  "frame.css": names.find((name) => /^frame-.*\.css$/.test(name)),
};
for (const name of await readdir(target)) if (!Object.values(manifest).includes(name)) await rm(join(target, name));
await writeFile(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

for (const name of Object.values(manifest)) {
  const text = await readFile(join(target, name ?? ""));
  const packed = gzipSync(text, { level: 9 });
  const compressed = packed.length;
  await writeFile(join(target, `${name}.gz`), packed); // the server sends it to whoever takes it
  console.log(`${name}: ${text.length} bytes, ${compressed} compressed`);
  if (name === "loader.js" && compressed >= LOADER_LIMIT) {
    console.error(`loader.js: ${compressed} bytes compressed; it must stay below ${LOADER_LIMIT}. Move something into the frame.`);
    process.exitCode = 1;
  }
}
