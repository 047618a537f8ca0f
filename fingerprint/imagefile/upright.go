package imagefile

import (
	"image"
	"image/draw"
)

// Upright turns and mirrors a picture by its EXIF orientation (1 to 8; others leave it alone). Planes of JPEG pictures are turned as they are, without
// going through colours.
func Upright(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	size := img.Bounds().Size()
	if orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	switch m := img.(type) {
	case *image.YCbCr:
		if out := turnPlanes(m, size, orientation); out != nil {
			return out
		}
	case *image.Gray:
		out := image.NewGray(image.Rectangle{Max: size})
		turn(out.Pix, out.Stride, m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.Stride, m.Rect.Dx(), m.Rect.Dy(), 1, orientation)
		return out
	}
	src, ok := img.(*image.RGBA)
	if !ok {
		src = image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
		draw.Draw(src, src.Rect, img, img.Bounds().Min, draw.Src)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	turn(out.Pix, out.Stride, src.Pix[src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y):], src.Stride, src.Rect.Dx(), src.Rect.Dy(), 4, orientation)
	return out
}

// turnPlanes does it for subsamplings that look the same when the axes change places and sizes that fill them; otherwise it returns nil.
func turnPlanes(m *image.YCbCr, size image.Point, orientation int) *image.YCbCr {
	step := 1
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio420:
		step = 2
	default:
		return nil
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if m.Rect.Min != (image.Point{}) || w%step != 0 || h%step != 0 {
		return nil
	}
	out := image.NewYCbCr(image.Rectangle{Max: size}, m.SubsampleRatio)
	turn(out.Y, out.YStride, m.Y, m.YStride, w, h, 1, orientation)
	turn(out.Cb, out.CStride, m.Cb, m.CStride, w/step, h/step, 1, orientation)
	turn(out.Cr, out.CStride, m.Cr, m.CStride, w/step, h/step, 1, orientation)
	return out
}

// turn copies w×h pixels of n bytes. It goes in tiles, so that both pictures stay in the cache when rows become columns.
func turn(dst []byte, dstStride int, src []byte, srcStride, w, h, n, orientation int) {
	origin, right, down := 0, n, dstStride // where the first pixel goes, and the steps in dst for one step right and down in src
	switch orientation {
	case 2:
		origin, right = (w-1)*n, -n
	case 3:
		origin, right, down = (h-1)*dstStride+(w-1)*n, -n, -dstStride
	case 4:
		origin, down = (h-1)*dstStride, -dstStride
	case 5:
		right, down = dstStride, n
	case 6:
		origin, right, down = (h-1)*n, dstStride, -n
	case 7:
		origin, right, down = (w-1)*dstStride+(h-1)*n, -dstStride, -n
	case 8:
		origin, right, down = (w-1)*dstStride, -dstStride, n
	}
	const tile = 32
	for y0 := 0; y0 < h; y0 += tile {
		for x0 := 0; x0 < w; x0 += tile {
			for y := y0; y < min(y0+tile, h); y++ {
				s, d := y*srcStride+x0*n, origin+y*down+x0*right
				for x := x0; x < min(x0+tile, w); x++ {
					copy(dst[d:d+n], src[s:s+n])
					s += n
					d += right
				}
			}
		}
	}
}
