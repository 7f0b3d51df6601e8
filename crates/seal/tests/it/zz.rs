use crate::engines::*;
#[test]
fn show() {
    let conds = ["(i32.eqz (local.get 0))", "(i32.eq (local.get 0) (i32.const 0))", "(i32.ne (local.get 0) (i32.const 0))", "(i32.eqz (i32.eqz (local.get 0)))", "(i64.eqz (local.get 2))", "(i64.eq (local.get 2) (i64.const 0))", "(i32.lt_u (local.get 0) (i32.const 1))", "(i32.lt_s (local.get 0) (local.get 1))", "(local.get 0)", "(f32.eq (local.get 3) (local.get 3))", "(f64.lt (local.get 4) (f64.const 1))", "(i32.and (local.get 0) (i32.const 1))", "(i32.eqz (i32.and (local.get 0) (i32.const 1)))", "(i32.ne (local.get 0) (local.get 1))", "(i32.eqz (i32.lt_s (local.get 0) (local.get 1)))", "(i32.eqz (f32.eq (local.get 3) (local.get 3)))", "(i64.ne (local.get 2) (i64.const 0))", "(i32.ge_u (local.get 0) (i32.const 3))"];
    let vals = [("i32", "(i32.const 11)", "(i32.const 22)"), ("i32", "(local.get 0)", "(local.get 1)"), ("i32", "(i32.const 11)", "(local.get 1)"), ("i32", "(local.get 1)", "(i32.const 22)"), ("i64", "(i64.const 11)", "(local.get 2)"), ("f32", "(local.get 3)", "(f32.const 5)"), ("f64", "(local.get 4)", "(f64.const 5)"), ("i32", "(i32.add (local.get 0) (i32.const 7))", "(i32.load (i32.const 0))")];
    let mut bad = 0; let mut all = 0;
    for c in conds { let mut per = 0; for (t, x, y) in vals { for wrap in ["%", "(if (result T) % (then X) (else Y))"] {
        let body = if wrap == "%" { format!("(select {x} {y} {c})") } else { format!("(if (result {t}) {c} (then {x}) (else {y}))") };
        let m = crate::module(&format!("(func (export \"f\") (param i32 i32 i64 f32 f64) (result {t}) {body})"));
        for a in [0, 1, 5, -1] { for q in [0_i64, 9] {
            let args = [V::I32(a), V::I32(2), V::I64(q), V::F32((a as f32).to_bits()), V::F64(0.5f64.to_bits())];
            all += 1;
            if run(Which::Wasmtime, &m, "f", &args, 0).end != run(Which::Wasmi, &m, "f", &args, 0).end { bad += 1; per += 1; if per < 3 { println!("QQ bad {body} a={a} q={q}"); } }
        } }
    } } println!("QQ {c}: {per}"); }
    println!("QQ {bad} of {all}");
}
