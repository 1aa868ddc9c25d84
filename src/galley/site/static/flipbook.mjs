// A figure that can be dragged. What it shows at each stop was computed when the site was built: this looks it up and sets it.
class FlipBook extends HTMLElement {
  connectedCallback() {
    this.inputs = [...this.querySelectorAll("[name]")]
    this.said = this.querySelector("output")
    this.heard = new AbortController()
    const until = { signal: this.heard.signal }
    this.addEventListener("input", event => { this.pause(); if (event.target.name) this.show() }, until)
    this.addEventListener("change", event => { if (!event.target.name) this.type(event.target); this.remember() }, until)
    this.querySelector(".play")?.addEventListener("click", () => this.timer ? this.rest() : this.play(), until)
    this.querySelector(".reset").addEventListener("click", () => this.reset(), until)
    window.addEventListener("hashchange", () => this.recall(), until)
    window.addEventListener("beforeprint", () => this.book && this.turn(this.book.start), until)
    window.addEventListener("afterprint", () => this.book && this.show(), until)
    this.near = new IntersectionObserver(seen => seen.some(each => each.isIntersecting) && this.open(), { rootMargin: "100%" })
    this.near.observe(this)
    if (this.called) this.open()
  }

  disconnectedCallback() {
    this.heard.abort()
    this.near.disconnect()
    this.pause()
  }

  // The frames come when the figure comes near. Until then, and if they do not come whole or are of another build, the first one stands there.
  async open() {
    this.near.disconnect()
    if (this.book) return
    try {
      const answer = await fetch(this.dataset.frames)
      const book = await answer.json()
      if (book.digest !== this.dataset.digest) throw new Error("of another build")
      this.slots = book.slots.map(([id, place, name, values, which]) => {
        const element = document.getElementById(id)
        return { node: [element, ...element.querySelectorAll("*")][place], name, values, which }
      })
      this.book = book
    } catch {
      this.querySelector(".controls").textContent = "The other stops could not be loaded. Load the page again to drag this figure."
      return
    }
    for (const control of this.querySelectorAll("[disabled]")) control.disabled = false
    this.called ? this.recall() : this.show()
  }

  show() {
    this.turn(this.inputs.reduce((index, input) => index[input.value], this.book.index))
    for (const input of this.inputs) {
      const words = this.book.words[input.name][input.value]
      if (input.type === "range") input.setAttribute("aria-valuetext", words)
      const field = input.closest(".control").querySelector(".at")
      if (field) field.value = words
    }
  }

  // A number that is typed leads to the stop nearest to it; what is no number leaves the stop that stands there.
  type(field) {
    const input = field.closest(".control").querySelector("[name]")
    const keys = this.book.keys[input.name]
    const typed = field.value.trim().replace(",", ".").replace("−", "-")
    const above = this.book.between[input.name].findIndex(bound => typed < bound)  // above all of them: the last
    if (typed !== "" && !isNaN(typed)) input.value = keys.indexOf(keys.at(above))
    this.show()
  }

  reset() {
    this.pause()
    for (const input of this.inputs) input.value = (input.querySelector("[selected]") ?? input).getAttribute("value")
    this.show()
    history.replaceState(history.state, "", `#${this.id}`)
  }

  turn(stop) {
    for (const slot of this.slots) {
      const now = slot.which[stop]
      if (now === slot.now) continue
      slot.now = now
      const value = slot.values[now]
      if (slot.name === "") slot.node.textContent = value
      else if (value === "") slot.node.removeAttribute(slot.name)
      else slot.node.setAttribute(slot.name, value)
    }
    this.said.textContent = this.book.readouts[stop]
  }

  // An address such as #power?w=1.1 leads to a stop.
  get called() {
    const [id, query] = location.hash.split(/\?|%3F/i)
    return [`#${this.id}`, `#${encodeURIComponent(this.id)}`].includes(id) && query
  }

  recall() {
    if (!this.called || !this.book) return
    const wanted = new URLSearchParams(this.called)
    for (const input of this.inputs) {
      const keys = this.book.keys[input.name]
      const key = wanted.get(input.name)
      if (keys.includes(key)) input.value = keys.indexOf(key)
    }
    this.show()
    this.closest("details")?.setAttribute("open", "")
    this.scrollIntoView({ block: "center" })
  }

  remember() {
    const state = new URLSearchParams(this.inputs.map(input => [input.name, this.book.keys[input.name][input.value]]))
    history.replaceState(history.state, "", `#${this.id}?${state}`)
  }

  // What moves by itself is said when it rests, not at each stop.
  play() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
    const [input] = this.inputs
    this.querySelector(".play").textContent = "Pause"
    this.classList.add("playing")
    this.said.setAttribute("aria-live", "off")
    this.timer = setInterval(() => {
      input.value === input.max ? input.value = input.min : input.stepUp()
      this.show()
    }, 100)
  }

  pause() {
    if (!this.timer) return
    clearInterval(this.timer)
    this.timer = undefined
    this.querySelector(".play").textContent = "Play"
    this.classList.remove("playing")
    this.said.removeAttribute("aria-live")
  }

  rest() {
    this.pause()
    this.said.textContent = this.said.textContent
    this.remember()
  }
}

customElements.define("flip-book", FlipBook)
