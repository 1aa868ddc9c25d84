// The switch that shows a page's checks: it marks every checked item and tells, in one bar, what the item at hand was held against.
const key = "galley-checks"
const root = document.documentElement

function bar() {
  let found = document.querySelector(".checks-bar")
  if (!found) {
    found = document.createElement("output")
    found.className = "checks-bar"
    document.body.append(found)
  }
  return found
}

function show(on) {
  root.classList.toggle("checks-shown", on)
  for (const box of document.querySelectorAll(".checks-switch input")) box.checked = on
  for (const item of document.querySelectorAll("[data-check]")) on ? item.setAttribute("tabindex", "0") : item.removeAttribute("tabindex")
  bar().textContent = ""
}

// What has the focus is told whenever the pointer is on nothing, as when the page scrolls away under it.
function tell(event) {
  const at = event.target.closest?.("[data-check]") ?? document.activeElement.closest("[data-check]")
  const item = root.classList.contains("checks-shown") && at
  if (item) bar().textContent = item.dataset.check
  else if (event.type === "focusin" || !event.target.closest?.(".checks-bar")) bar().textContent = ""
}

document.addEventListener("change", event => {
  if (!event.target.matches(".checks-switch input")) return
  localStorage.setItem(key, event.target.checked ? "on" : "off")
  show(event.target.checked)
})
for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, tell)

// What scrolls sideways can be reached by the keyboard; each landmark that the theme puts beside code has its own name.
const scrolling = "pre, div.formula, .numbers, .md-typeset__scrollwrap, .checks-list, .checks-counts, .lab .output"
const near = new IntersectionObserver(seen => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue
    target.scrollWidth > target.clientWidth ? target.setAttribute("tabindex", "0") : target.removeAttribute("tabindex")
  }
}, { rootMargin: "50%" })
let codes = 0
const name = code => code.querySelector(".md-code__nav:not([aria-label])")?.setAttribute("aria-label", `Code ${++codes}`)
const beside = new MutationObserver(seen => seen.forEach(({ target }) => name(target)))
const watch = root => {
  root.querySelectorAll(scrolling).forEach(each => near.observe(each))
  for (const code of root.querySelectorAll("pre")) {
    name(code)
    beside.observe(code, { childList: true })
  }
}

// What a fold keeps aside is laid out once it is opened.
document.addEventListener("toggle", ({ target }) => {
  const kept = target.open && target.querySelector(":scope > template")
  if (!kept) return
  kept.replaceWith(kept.content)
  watch(target)
}, true)

// A formula is copied as its TeX, whole.
document.addEventListener("copy", event => {
  const range = getSelection().rangeCount && getSelection().getRangeAt(0)
  if (!range) return
  const around = node => (node.nodeType === 1 ? node : node.parentElement).closest("math")
  const [first, last] = [around(range.startContainer), around(range.endContainer)]
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
  const part = document.createElement("div")
  part.append(range.cloneContents())
  const formulas = part.querySelectorAll("math")
  if (!formulas.length) return
  for (const formula of formulas) {
    const marks = formula.getAttribute("display") ? "$$" : "$"
    formula.replaceWith(marks + formula.querySelector("annotation").textContent.trim() + marks)
  }
  event.clipboardData.setData("text/plain", part.textContent)
  event.preventDefault()
})

// Under instant navigation the theme announces each page; without it there is only this one.
const restore = () => {
  show(localStorage.getItem(key) === "on")
  watch(document)
}
window.document$ ? window.document$.subscribe(restore) : document.addEventListener("DOMContentLoaded", restore)
