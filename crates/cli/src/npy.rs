//! NumPy's `.npy` files: one array each, versions 1 to 3 of the format, little-endian, rows one after the other.

use pack::DType;

/// The first bytes of a file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// An array in a file's bytes.
pub(crate) struct Array<'a> {
    pub(crate) dtype: DType,
    pub(crate) shape: Vec<u32>,
    pub(crate) bytes: &'a [u8],
}

/// Reads a file.
pub(crate) fn read(file: &[u8]) -> Result<Array<'_>, String> {
    let rest = file.strip_prefix(MAGIC).ok_or("no .npy file: it does not begin as one")?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or("it ends within its header")?;
    let (length, rest) = match version[0] {
        1 => rest.split_first_chunk::<2>().map(|(length, rest)| (usize::from(u16::from_le_bytes(*length)), rest)),
        2 | 3 => rest.split_first_chunk::<4>().map(|(length, rest)| (u32::from_le_bytes(*length) as usize, rest)),
        other => return Err(format!("version {other} of the format is not known")),
    }
    .ok_or("it ends within its header")?;
    let (header, bytes) = rest.split_at_checked(length).ok_or("it ends within its header")?;
    let header = std::str::from_utf8(header).map_err(|_| "its header is no text")?;
    let dtype = match text_of(header, "descr").ok_or("its header names no type")? {
        "<f4" => DType::F32,
        "<f2" => DType::F16,
        "<i4" => DType::I32,
        "<u4" => DType::U32,
        "|i1" | "<i1" => DType::I8,
        "|u1" | "<u1" => DType::U8,
        other => return Err(format!("its type `{other}` is none that kernels take; use f4, f2, i4, u4, i1 or u1")),
    };
    if after(header, "fortran_order").is_none_or(|order| !order.starts_with("False")) {
        return Err("its columns stand one after the other; save it with numpy.ascontiguousarray".to_owned());
    }
    let shape = after(header, "shape").and_then(tuple).ok_or("its header has no shape")?;
    Ok(Array { dtype, shape, bytes })
}

/// The file of an array.
pub(crate) fn write(dtype: DType, shape: &[u32], bytes: &[u8]) -> Vec<u8> {
    let descr = match dtype {
        DType::F32 => "<f4",
        DType::F16 => "<f2",
        DType::I32 => "<i4",
        DType::U32 => "<u4",
        DType::I8 => "|i1",
        DType::U8 | DType::Q4_0 | DType::Q8_0 => "|u1",
    };
    let shape = shape.iter().map(|size| format!("{size},")).collect::<String>();
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    // The array begins at a multiple of 64 bytes, and the header ends with a line feed.
    let length = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64) - MAGIC.len() - 4;
    header += &" ".repeat(length - 1 - header.len());
    header.push('\n');
    [MAGIC, &[1, 0], &(length as u16).to_le_bytes(), header.as_bytes(), bytes].concat()
}

/// What follows a key and its colon.
fn after<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("'{key}'"))?;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

fn text_of<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    after(header, key)?.strip_prefix('\'')?.split('\'').next()
}

/// `(2, 3)`, `(2,)` or `()`.
fn tuple(text: &str) -> Option<Vec<u32>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    inside.split(',').map(str::trim).filter(|size| !size.is_empty()).map(|size| size.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_odd_is_refused() {
        for shape in [&[][..], &[7], &[2, 3], &[0, 5]] {
            let bytes = vec![9; shape.iter().product::<u32>() as usize * 4];
            let file = write(DType::F32, shape, &bytes);
            assert_eq!((file.len() - bytes.len()) % 64, 0);
            let array = read(&file).unwrap();
            assert_eq!((array.dtype, &array.shape[..], array.bytes), (DType::F32, shape, &bytes[..]));
        }
        let good = write(DType::I32, &[1], &[0; 4]);
        let changed = |from: &[u8], to: &[u8]| {
            let at = good.windows(from.len()).position(|window| window == from).unwrap();
            [&good[..at], to, &good[at + from.len()..]].concat()
        };
        let odd = [
            Vec::new(),
            good[..30].to_vec(),
            changed(b"NUMPY\x01", b"NUMPY\x09"),
            changed(b"'<i4'", b"'>i4'"),
            changed(b"'<i4'", b"'<f8'"),
            changed(b"False", b"True "),
            changed(b"(1,)", b"(-1)"),
            changed(b"shape", b"shade"),
        ];
        for file in &odd {
            assert!(read(file).is_err());
        }
        println!("{} odd files refused", odd.len());
    }
}
