// The switch that shows a page's proofs: it marks every proofed item and tells, in one bar, what the item at hand was held against.
const key = "galley-proofs"
const root = document.documentElement

function bar() {
  let found = document.querySelector(".proofs-bar")
  if (!found) {
    found = document.createElement("output")
    found.className = "proofs-bar"
    document.body.append(found)
  }
  return found
}

function show(on) {
  root.classList.toggle("proofs-shown", on)
  for (const box of document.querySelectorAll(".proofs-switch input")) box.checked = on
  for (const item of document.querySelectorAll("[data-proof]")) on ? item.setAttribute("tabindex", "0") : item.removeAttribute("tabindex")
  bar().textContent = ""
}

function tell(event) {
  const item = root.classList.contains("proofs-shown") && event.target.closest?.("[data-proof]")
  if (item) bar().textContent = item.dataset.proof
  else if (event.type === "focusin" || !event.target.closest?.(".proofs-bar")) bar().textContent = ""
}

document.addEventListener("change", event => {
  if (!event.target.matches(".proofs-switch input")) return
  localStorage.setItem(key, event.target.checked ? "on" : "off")
  show(event.target.checked)
})
for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, tell)

// Under instant navigation the theme announces each page; without it there is only this one.
const restore = () => show(localStorage.getItem(key) === "on")
window.document$ ? window.document$.subscribe(restore) : document.addEventListener("DOMContentLoaded", restore)
