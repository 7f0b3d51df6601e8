;; 5,000 types of functions.
;; outcome: step: done
;; repeat TYPES 5000: (type (func (param i32 i64 f32) (result i32)))

@TYPES@
