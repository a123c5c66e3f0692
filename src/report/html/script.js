
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // Panes of one diff move together. A pane that was moved by the other one answers with the place it already has.
  document.addEventListener("scroll", (event) => {
    const pane = event.target;
    if (!(pane instanceof Element) || !pane.classList.contains("pane")) return;
    for (const other of pane.parentElement.children) {
      if (other === pane || !other.classList.contains("pane")) continue;
      if (other.scrollTop !== pane.scrollTop) other.scrollTop = pane.scrollTop;
      if (other.scrollLeft !== pane.scrollLeft) other.scrollLeft = pane.scrollLeft;
    }
  }, { capture: true, passive: true });

  const table = document.getElementById("table");
  const form = document.getElementById("filter");
  if (!table || !form) return;
  form.hidden = false;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row, order) => ({
    row, order,
    entry: document.getElementById(row.dataset.entry),
    name: row.dataset.name.toLowerCase(),
    causes: row.dataset.cause.split(" "),
  }));
  const field = (name) => document.getElementById("filter-" + name);
  const count = field("count");
  const apply = () => {
    const words = field("name").value.toLowerCase().split(/\s+/).filter(Boolean);
    const status = field("status").value, cause = field("cause").value, unit = field("unit").value;
    let shown = 0;
    for (const { row, entry, name, causes } of rows) {
      const fits = words.every((word) => name.includes(word))
        && (!status || row.dataset.status === status)
        && (!cause || causes.includes(cause))
        && (!unit || row.dataset.unit === unit);
      if (row.hidden === fits) {
        row.hidden = !fits;
        if (entry) entry.hidden = !fits;
      }
      shown += fits ? 1 : 0;
    }
    count.value = shown === rows.length ? shown + " listed" : shown + " of " + rows.length + " listed";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));

  // A link to an entry that the filter hides shows it again.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const entry = target && target.closest(".entry");
    if (entry && entry.hidden) {
      form.reset();
      apply();
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });

  // The statuses have an order that means something; everything else is sorted as text.
  const statuses = ["changed", "new", "removed", "line_only", "unchanged"];
  const key = (item, column) => column === "status" ? String(statuses.indexOf(item.row.dataset.status))
    : item.row.dataset[column] || "";
  const entries = document.getElementById("entries");
  for (const head of table.tHead.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const column = head.dataset.sort, sign = down ? -1 : 1;
      const keyed = rows.map((item) => [key(item, column), item]);
      keyed.sort(([a, x], [b, y]) => (a < b ? -sign : a > b ? sign : x.order - y.order));
      body.append(...keyed.map(([, item]) => item.row));
      entries.append(...keyed.map(([, item]) => item.entry).filter(Boolean));
    });
  }

  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    field("name").focus();
  });
  apply();
})();
