"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const map = $("map"), world = $("world"), panel = $("panel"), find = $("find"), stage = $("stage");
  const nodes = [...document.querySelectorAll(".node")];
  const { between, margin, join } = Object.fromEntries(Object.entries(map.dataset).map(([name, value]) => [name, +value]));
  const boxes = new Map(nodes.map((node) => {
    const [x, y] = node.getAttribute("transform").match(/[\d.]+/g).map(Number);
    const frame = node.querySelector(".frame");
    return [node, { x, y, w: +frame.getAttribute("width"), h: +frame.getAttribute("height") }];
  }));
  const key = (node) => node.id.slice(1);
  const arrow = (node) => $("a" + key(node));
  const parent = (node) => node.dataset.parent ? $("n" + node.dataset.parent) : null;
  const children = new Map(nodes.map((node) => [node, []]));
  for (const node of nodes) if (parent(node)) children.get(parent(node)).push(node);
  const folded = new Set();
  const visible = () => nodes.filter((node) => !node.classList.contains("away"));
  let wide = 0, tall = 0;
  let view = { x: 0, y: 0, k: 1 }, current = nodes[0], chosen = null, hits = [], hit = -1;

  document.body.classList.add("live");
  const room = () => ({ w: map.clientWidth || 1, h: map.clientHeight || 1 });
  // The layout of the page's maker, for what is unfolded: a subtree has rows of its own.
  const place = (node, top, hidden) => {
    const box = boxes.get(node), next = children.get(node), closed = hidden || folded.has(node);
    node.classList.toggle("away", hidden);
    node.classList.toggle("folded", folded.has(node));
    arrow(node)?.classList.toggle("away", hidden);
    if (next.length) {
      node.setAttribute("aria-expanded", String(!folded.has(node)));
      const fold = node.querySelector(".fold");
      fold.querySelector("text").textContent = folded.has(node) ? "+" + fold.dataset.under : "\u2212";
    }
    box.y = top;
    let below = top;
    for (const child of next) {
      const end = place(child, below, closed);
      if (!closed) below = end + between;
    }
    if (!hidden) {
      node.setAttribute("transform", `translate(${box.x} ${top})`);
      wide = Math.max(wide, box.x + box.w + margin);
    }
    return Math.max(top + box.h, below - between);
  };
  const connect = (node) => {
    const from = boxes.get(node), x = from.x + from.w;
    let y = from.y + join, first = true;
    for (const child of children.get(node)) {
      const path = arrow(child), half = path.getAttribute("stroke-width") / 2, to = boxes.get(child);
      if (!first) y += half;
      const turn = (x + to.x) / 2, end = to.y + join;
      path.setAttribute("d", `M${x} ${y}C${turn} ${y} ${turn} ${end} ${to.x} ${end}`);
      y += half;
      first = false;
    }
  };
  const layout = () => {
    wide = 0;
    tall = place(nodes[0], margin, false) + margin;
    for (const node of visible()) if (!folded.has(node)) connect(node);
    const small = $("small");
    small.replaceChildren(...visible().map((node) => {
      const box = boxes.get(node), shape = document.createElementNS(map.namespaceURI, "rect");
      for (const [name, value] of [["x", box.x], ["y", box.y], ["width", box.w], ["height", box.h]]) shape.setAttribute(name, value);
      shape.setAttribute("class", node.classList[1]);
      return shape;
    }));
    $("overview").setAttribute("viewBox", `0 0 ${wide} ${tall}`);
    $("all").hidden = nodes.filter((node) => children.get(node).length).length < 2;
    $("all").setAttribute("aria-pressed", String(!folded.size));
  };
  const fold = (node, on = !folded.has(node)) => {
    if (!children.get(node).length) return;
    if (on) folded.add(node); else folded.delete(node);
    layout();
    draw();
  };
  const reveal = (...shown) => {
    let more = false;
    for (const node of shown) for (let at = parent(node); at; at = parent(at)) more = folded.delete(at) || more;
    if (more) layout();
  };
  const some = () => {  // as many of the likeliest branches as can be read at once
    for (const node of nodes) if (children.get(node).length) folded.add(node);
    const reach = (node) => arrow(node) ? +node.dataset.reach : 1;
    const likeliest = [...folded].sort((a, b) => reach(b) - reach(a) || nodes.indexOf(a) - nodes.indexOf(b));
    for (const node of likeliest) {
      folded.delete(node);
      layout();
      const { w, h } = room(), least = w < 600 ? 0.6 : 0.76;
      if (parent(node) && (tall * least > h * 1.1 || wide * least > w * 1.1)) {
        folded.add(node);
        break;
      }
    }
    layout();
  };
  const draw = () => {
    const { w, h } = room();
    world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
    const shape = $("window");
    shape.setAttribute("x", -view.x / view.k);
    shape.setAttribute("y", -view.y / view.k);
    shape.setAttribute("width", w / view.k);
    shape.setAttribute("height", h / view.k);
    const whole = wide * view.k <= w + 1 && tall * view.k <= h + 1;
    $("overview").classList.toggle("needed", !whole);
  };
  const fitting = () => Math.min(room().w / wide, room().h / tall);
  const keep = () => {  // some of the tree always stays in view
    const { w, h } = room(), least = 80;
    view.x = Math.min(w - least, Math.max(least - wide * view.k, view.x));
    view.y = Math.min(h - least, Math.max(least - tall * view.k, view.y));
  };
  const zoom = (factor, cx = room().w / 2, cy = room().h / 2) => {
    const k = Math.min(3, Math.max(Math.min(fitting(), 0.2), view.k * factor));
    view.x = cx - (cx - view.x) * k / view.k;
    view.y = cy - (cy - view.y) * k / view.k;
    view.k = k;
    keep();
    draw();
  };
  const fit = () => {
    const k = Math.min(1.25, fitting());
    view = { k, x: Math.max(0, (room().w - wide * k) / 2), y: Math.max(0, (room().h - tall * k) / 4) };
    draw();
  };
  const start = () => {  // readable at first sight: all of it, or the beginning of it
    if (fitting() >= 0.68) return fit();
    view = { k: room().w < 600 ? 0.8 : 0.9, x: 0, y: 0 };
    draw();
  };
  const show = (node) => {  // move as little as needed
    const box = boxes.get(node), { w, h } = room(), edge = 30;
    const left = box.x * view.k + view.x, top = box.y * view.k + view.y;
    const right = left + box.w * view.k, bottom = top + box.h * view.k;
    if (left < edge) view.x += edge - left; else if (right > w - edge) view.x -= Math.min(right - w + edge, left - edge);
    if (top < edge) view.y += edge - top; else if (bottom > h - edge) view.y -= Math.min(bottom - h + edge, top - edge);
    draw();
  };
  const go = (node) => {
    if (!node) return;
    reveal(node);
    current.setAttribute("tabindex", "-1");
    current = node;
    node.setAttribute("tabindex", "0");
    node.focus({ preventScroll: true });
    show(node);
  };

  const mark = (node) => {
    for (const each of document.querySelectorAll(".chosen, .came")) each.classList.remove("chosen", "came");
    if (!node) return;
    node.classList.add("chosen");
    for (let at = node; at; at = parent(at)) $("a" + key(at))?.classList.add("came");
  };
  const open = (node, into) => {
    reveal(node);
    for (const each of panel.querySelectorAll(".why.open")) each.classList.remove("open");
    const section = $("why-" + key(node));
    section.classList.add("open");
    panel.classList.add("open");
    panel.scrollTop = 0;
    mark(chosen = node);
    current.setAttribute("tabindex", "-1");
    current = node;
    node.setAttribute("tabindex", "0");
    show(node);
    if (into) section.focus({ preventScroll: true });
  };
  const close = () => {
    panel.classList.remove("open");
    mark(null);
    chosen = null;
    draw();
    go(current);
  };

  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    hits = words.length ? nodes.filter((node) => words.every((word) => node.dataset.words.includes(word))) : [];
    hit = -1;
    map.classList.toggle("searching", words.length > 0);
    for (const node of nodes) node.classList.toggle("hit", hits.includes(node));
    $("hits").textContent = words.length ? `${hits.length} of ${nodes.length}` : "";
    reveal(...hits);
    draw();
    if (hits.length) show(hits[0]);
  };
  const next = (by) => {
    if (!hits.length) return;
    hit = (hit + by + hits.length) % hits.length;
    $("hits").textContent = `${hit + 1} of ${hits.length}`;
    open(hits[hit], false);
  };
  const forget = () => { find.value = ""; search(); };

  const beside = (node, by) => {
    const row = parent(node) ? children.get(parent(node)) : [node];
    const near = row[row.indexOf(node) + by];
    if (near) return near;
    const column = visible().filter((each) => boxes.get(each).x === boxes.get(node).x);
    return column[column.indexOf(node) + by];
  };
  const moves = {
    ArrowRight: (node) => folded.has(node) ? (fold(node, false), node) : children.get(node)[0],
    ArrowLeft: parent,
    ArrowDown: (node) => beside(node, 1),
    ArrowUp: (node) => beside(node, -1),
    Home: () => nodes[0],
    End: () => visible().at(-1),
  };
  map.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    if (!node || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in moves) go(moves[event.key](node));
    else if (event.key === "Enter") open(node, true);
    else if (event.key === " ") { fold(node); show(node); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target === find;
    if (event.key === "Escape") {
      if (typing && find.value) forget();
      else if (panel.classList.contains("open")) close();
      else if (find.value) forget();
      else if (typing) go(current);
      else return;
    } else if (typing) {
      if (event.key !== "Enter") return;
      next(event.shiftKey ? -1 : 1);
    } else if (event.key === "/") find.focus();
    else if (event.key === "+" || event.key === "=") zoom(1.2);
    else if (event.key === "-") zoom(1 / 1.2);
    else if (event.key === "0" || event.key === "f") fit();
    else return;
    event.preventDefault();
  });

  const fingers = new Map();
  let moved = false;
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return { d: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  const at = (event) => {
    const frame = map.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 1) moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const now = at(event), before = fingers.size === 2 ? apart() : null;
    if (!moved && Math.hypot(now.x - was.x, now.y - was.y) < 4) return;
    moved = true;
    map.classList.add("moving");
    fingers.set(event.pointerId, now);
    if (before) {
      const after = apart();
      view.x += after.x - before.x;
      view.y += after.y - before.y;
      zoom(after.d / (before.d || 1), after.x, after.y);
    } else if (fingers.size === 1) {
      view.x += now.x - was.x;
      view.y += now.y - was.y;
      keep();
      draw();
    }
  });
  const lifted = (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) map.classList.remove("moving");
  };
  window.addEventListener("pointerup", lifted);
  window.addEventListener("pointercancel", lifted);
  map.addEventListener("dragstart", (event) => event.preventDefault());
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    const place = at(event), step = event.deltaMode ? 30 : 1;
    if (event.shiftKey) { view.x -= event.deltaY * step; keep(); draw(); }
    else zoom(Math.exp(-event.deltaY * step / 500), place.x, place.y);
  }, { passive: false });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#why-"]');
    if (!link) return;
    event.preventDefault();
    if (link.closest("#map") && moved) { moved = false; return; }
    if (event.target.closest(".fold")) { fold(link); show(link); return; }
    const node = $("n" + link.getAttribute("href").slice(5));
    if (link.closest("#outline")) text(false);
    open(node, !link.closest("#map"));
    if (link.closest("#map")) node.focus({ preventScroll: true });
  });
  const text = (on) => {
    $("outline").classList.toggle("open", on);
    stage.hidden = on;
    $("text").setAttribute("aria-pressed", String(on));
    if (!on) draw();
  };
  $("in").addEventListener("click", () => zoom(1.25));
  $("out").addEventListener("click", () => zoom(1 / 1.25));
  $("fit").addEventListener("click", fit);
  $("start").addEventListener("click", () => { start(); go(nodes[0]); });
  $("all").addEventListener("click", () => {
    if (folded.size) { folded.clear(); layout(); start(); } else { some(); start(); }
  });
  $("close").addEventListener("click", close);
  $("text").addEventListener("click", () => text($("text").getAttribute("aria-pressed") !== "true"));
  find.addEventListener("input", search);
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  // On the screen a pixel is a pixel; on paper what is unfolded fits the page, the rest is text.
  window.addEventListener("beforeprint", () => {
    map.setAttribute("viewBox", `0 0 ${wide + margin} ${tall}`);
    world.removeAttribute("transform");
  });
  window.addEventListener("afterprint", () => {
    map.removeAttribute("viewBox");
    draw();
  });
  new ResizeObserver(() => { keep(); draw(); }).observe(map);

  map.removeAttribute("viewBox");
  layout();
  const named = location.hash.startsWith("#why-") ? $("n" + location.hash.slice(5)) : null;
  if (!named && window.innerWidth > 1000) open(nodes[0], false);
  some();
  start();
  if (named) open(named, false);
})();
