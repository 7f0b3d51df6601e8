;; Has custom sections that nobody knows, between and after the others; sealing drops them.
;; outcome: step: done

(@custom "avouch:x" (before func) "\ff\ff\ff")
(@custom "producers" (after data) "\ff")
(@custom "" (after last) "")
