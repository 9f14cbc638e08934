"use strict";
// The page is complete without this: it only filters and orders what is there.
const form = document.querySelector(".controls");
const list = document.querySelector(".entries");
const entries = [...list.querySelectorAll(".entry")];
if (entries.length > 1) {
  const said = new Map(entries.map((entry) => [entry, entry.textContent.toLowerCase()]));
  const show = () => {
    const { text, category, standing, order } = Object.fromEntries(new FormData(form));
    let shown = 0;
    for (const entry of entries) {
      const fits =
        said.get(entry).includes(text.toLowerCase()) &&
        (!category || entry.dataset.categories.split(" ").includes(category)) &&
        (!standing || entry.dataset.standing === standing);
      entry.hidden = !fits;
      shown += fits;
    }
    list.append(...(order ? [...entries].reverse() : entries));
    form.querySelector("output").value = `${shown} of ${entries.length}`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}
