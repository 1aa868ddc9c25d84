// Sets formulas: {root, options, formulas: [[tex, display], …]} comes in as JSON, a list of {html} or {message, position} goes out.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const { root, options, formulas } = JSON.parse(await text(process.stdin));
const katex = createRequire(join(root, "package.json"))("katex");

// A search index skips `data-search-exclude` up to the next closing tag of the same name, so what carries it may not hold its like:
// the typeset half gets a name of its own, the spoken half a second <semantics>. What stays is the annotation: the TeX, once.
const searchable = (html, displayMode) => {
  const end = "</span>".repeat(displayMode ? 2 : 1);
  return (html.slice(0, -`</span>${end}`.length) + `</katex-html>${end}`)
    .replace('<span class="katex-html" aria-hidden="true">', '<katex-html class="katex-html" aria-hidden="true" data-search-exclude>')
    .replace("<semantics>", "<semantics><semantics data-search-exclude>")
    .replace("<annotation", "</semantics><annotation");
};

const set = ([tex, displayMode]) => {
  const refuse = ({ command }) => {
    throw Object.assign(new Error(), { rawMessage: `${command} is not allowed`, position: tex.indexOf(command) });
  };
  try {
    const html = katex.renderToString(tex, { ...options, displayMode, throwOnError: true, trust: refuse });
    return { html: searchable(html, displayMode) };
  } catch (error) {
    const position = error.position >= 0 ? [...tex.slice(0, error.position)].length : null;
    return { message: error.rawMessage ?? String(error), position };
  }
};

process.stdout.write(JSON.stringify(formulas.map(set)));
