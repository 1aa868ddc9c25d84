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

// Under instant navigation the theme announces each page; without it there is only this one.
const restore = () => show(localStorage.getItem(key) === "on")
window.document$ ? window.document$.subscribe(restore) : document.addEventListener("DOMContentLoaded", restore)
