// Sets formulas: {root, options, formulas: [[tex, display], …]} comes in as JSON, a list of {html} or {message, position} goes out.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const { root, options, formulas } = JSON.parse(await text(process.stdin));
const temml = createRequire(join(root, "package.json"))("temml");
console.log = console.error; // Temml tells there of a command within a command; here the answer goes out alone
const Node = temml.__renderToMathMLTree("a", {}).constructor;

const RELATIONS = new Set("=<>≤≥≈≠≡≪≫∼∝∈⊆→←⟹⟺");
const SCRIPTS = new Set(["msub", "msup", "msubsup", "munder", "mover", "munderover"]);
const ROWS = new Set(["msqrt", "mtd", "mstyle", "mpadded"]); // which set their children in a row by themselves
const words = node => node.text ?? node.children.map(words).join("");
const bare = node => !node.classes.length && !Object.keys(node.style).length && !Object.keys(node.attributes).length;

// What Temml makes and browsers set less well than TeX does: the spaces of operators in scripts stay as wide as elsewhere, a prime is
// raised twice, a function gets no space after a fraction, a root over a low letter hangs below its line. Boxes that hold one thing or
// nothing go.
const mend = (node, small = false) => {
  if (!node.children) return node;
  const scripted = SCRIPTS.has(node.type);
  node.children = node.children.flatMap((child, at) => mend(child, small || (scripted && at > 0)));
  if (!node.attributes) return node.children; // a fragment
  if (node.type === "mo" && small && !node.attributes.stretchy) node.attributes = { lspace: "0em", rspace: "0em", ...node.attributes };
  if (node.type === "msup" && node.children[1].classes?.includes("tml-prime")) node.type = "mrow";
  if (!scripted) node.children = node.children.filter(child => child.type !== "mspace" || Object.keys(child.attributes).length);
  if (ROWS.has(node.type) && node.children.length === 1 && node.children[0].type === "mrow" && bare(node.children[0]))
    node.children = node.children[0].children;
  for (let at = node.children.length - 1; at > 0; at--)
    if (node.type === "mrow" && node.children[at - 1].type === "mfrac" && /^[a-z]+\u2061/.test(words(node.children[at])))
      node.children.splice(at, 0, space({ width: "0.1667em" }));
  if (node.type === "msqrt") node.children.push(space({ height: "0.7em" }));
  return node.type === "mrow" && node.children.length === 1 && bare(node) ? node.children[0] : node;
};

const space = attributes => Object.assign(new Node("mspace"), { attributes });

// A formula that is too long for its line breaks after a wide space, and where that does not help, before a relation.
const cut = (nodes, begins) => {
  const parts = [];
  for (const [at, node] of nodes.entries()) {
    if (!at || begins(node, nodes[at - 1])) parts.push([]);
    parts.at(-1).push(node);
  }
  return parts;
};
const row = (parts, ...classes) => (parts.length > 1 ? new Node("mrow", parts, classes) : parts[0]);
const breakable = nodes => {
  const statements = cut(nodes, (_, before) => before.type === "mspace" && parseFloat(before.attributes.width) >= 1);
  const pieces = statements.map(nodes => cut(nodes, node => node.type === "mo" && RELATIONS.has(words(node))));
  return row(pieces.map(each => row(each.map(piece => row(piece)), "wraps")), "wraps");
};

// A search index skips `data-search-exclude` up to the next closing tag of the same name, so what carries it may not hold its like: if
// the formula does, it is a second <semantics>. What stays is the annotation: the TeX, once.
const holds = (node, type) => node.children?.some(child => child.type === type || holds(child, type));
const unsearched = node => {
  const shown = holds(node, node.type) ? new Node("semantics", [node]) : node;
  shown.attributes["data-search-exclude"] = "";
  return shown;
};

const set = ([tex, displayMode]) => {
  try {
    const tree = temml.__renderToMathMLTree(tex, { ...options, displayMode, annotate: true, throwOnError: true });
    const [semantics] = tree.children;
    const top = mend(new Node("mrow", [semantics.children[0]]));
    const shown = top.type === "mrow" && bare(top) && top.children.length ? breakable(top.children) : top;
    tree.classes = shown.classes.includes("wraps") ? ["wraps"] : [];
    tree.style = {}; // says again what the attribute says
    semantics.children[0] = unsearched(shown);
    return { html: tree.toMarkup() };
  } catch (error) {
    const position = error.position >= 0 ? [...tex.slice(0, error.position)].length : null;
    return { message: error.message.replace(/ at (?:position \d+|end of input):[^]*$/, ""), position };
  }
};

process.stdout.write(JSON.stringify(formulas.map(set)));
