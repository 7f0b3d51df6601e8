//! Links libm, which the runtime's library needs and does not name, and finds that library at run time where it was built.

fn main() {
    println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
    println!("cargo:rustc-link-arg=-lm");
    println!("cargo:rerun-if-changed=build.rs");
}
