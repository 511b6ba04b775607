// Boxes that choose which contenders and data sets the tables show. Without scripts everything is shown.
(function () {
  "use strict";
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  // Names stand as keys of row headings: in the heat table of data sets, everywhere else of contenders.
  function names(table) { return table ? all("tbody th[data-v]", table).map(function (cell) { return cell.dataset.v; }) : []; }

  function hide(element, hidden) { if (element) { element.hidden = hidden; } }

  function apply(out) {
    all("table.sortable").forEach(function (table) {
      var heat = table.classList.contains("heat");
      all("tbody tr", table).forEach(function (row) {
        var heading = row.querySelector("th[data-v]");
        hide(row, heading !== null && out[heat ? "set" : "contender"].has(heading.dataset.v));
      });
      if (!heat) { return; }
      all("thead th", table).forEach(function (header, column) {
        var hidden = out.contender.has(header.textContent.trim());
        all("tr", table).forEach(function (row) { hide(row.cells[column], hidden); });
      });
    });
    all("details.set").forEach(function (part) { hide(part, out.set.has(part.querySelector("summary strong").textContent)); });
  }

  function boxes(kind, title, found, changed) {
    var group = document.createElement("fieldset"), legend = document.createElement("legend");
    legend.textContent = title;
    group.appendChild(legend);
    found.forEach(function (name) {
      var label = document.createElement("label"), box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", function () { changed(kind, name, box.checked); });
      label.appendChild(box);
      label.appendChild(document.createTextNode(" " + name));
      group.appendChild(label);
    });
    return group;
  }

  document.addEventListener("DOMContentLoaded", function () {
    var first = document.querySelector("#leaderboard table.sortable, #sound table.sortable"), contenders = names(first);
    var sets = names(document.querySelector("table.heat"));
    if (contenders.length < 2) { return; }
    var out = { contender: new Set(), set: new Set() };
    var panel = document.createElement("details"), summary = document.createElement("summary");
    var count = document.createElement("p");
    panel.className = "filter";
    summary.textContent = sets.length > 1 ? "Choose contenders and data sets" : "Choose contenders";
    count.setAttribute("role", "status");
    count.className = "muted small";
    function changed(kind, name, kept) {
      if (kept) { out[kind].delete(name); } else { out[kind].add(name); }
      apply(out);
      var hidden = out.contender.size + out.set.size;
      count.textContent = hidden ? hidden + " hidden in the tables; ranks, marks and figures are still those of all." : "";
    }
    panel.appendChild(summary);
    panel.appendChild(boxes("contender", "Contenders", contenders, changed));
    if (sets.length > 1) { panel.appendChild(boxes("set", "Data sets", sets, changed)); }
    panel.appendChild(count);
    var table = first.closest(".table");
    table.parentNode.insertBefore(panel, table);
  });
})();
