import PictureService
import Testing
import U2Net

@Suite("Layers of cut-outs")
struct LayersTests {
  /// A grey picture with a red, visible rectangle.
  private func layers(_ size: Size, _ box: PixelBox) -> Layers {
    var samples: [UInt8] = []
    for y in 0..<size.height {
      for x in 0..<size.width {
        samples += box.rows.contains(y) && box.columns.contains(x) ? [255, 0, 0, 255] : [100, 100, 100, 0]
      }
    }
    let picture = Picture(size: size, hasAlpha: true, samples: .bits8(samples))
    return Layers(cutout: picture, original: picture.flattened(over: Color(red: 100, green: 100, blue: 100)))
  }

  private let size = Size(height: 40, width: 60)
  private let box = PixelBox(columns: 10..<30, rows: 5..<15)

  @Test("The box around what is visible")
  func bounds() {
    #expect(layers(size, box).bounds == box)
    #expect(Layers(size: size).bounds == nil)
  }

  @Test("Invisible pixels lose their colours in a picture, and keep them in layers")
  func invisible() {
    let layers = layers(size, box)
    #expect(Array(layers.colors[0..<3]) == [100, 100, 100])
    guard case .bits8(let samples) = layers.picture.samples else { return }
    #expect(Array(samples[0..<4]) == [0, 0, 0, 0])
  }

  @Test("Cropping, with margins that reach outside")
  func crop() {
    var order = CutoutOrder()
    order.crop = CutoutOrder.Margins(top: .pixels(8), right: .part(0.5), bottom: .pixels(0), left: .pixels(1))
    let cropped = layers(size, box).placed(order, box)
    #expect(cropped.size == Size(height: 18, width: 31))
    #expect(cropped.bounds == PixelBox(columns: 1..<21, rows: 8..<18))
  }

  @Test("Scaling and moving")
  func scale() {
    var order = CutoutOrder()
    order.scale = 1
    order.position = .init(horizontal: 0, vertical: 1)
    #expect(layers(size, box).placed(order, box).bounds == PixelBox(columns: 0..<60, rows: 10..<40))
    order.scale = 0.5
    order.position = .center
    #expect(layers(size, box).placed(order, box).bounds == PixelBox(columns: 15..<45, rows: 13..<28))
    order.scale = nil
    order.position = .init(horizontal: 1, vertical: 0)
    #expect(layers(size, box).placed(order, box).bounds == PixelBox(columns: 40..<60, rows: 0..<10))
  }

  @Test("Resizing keeps colours of what is visible apart from the background's")
  func resizing() {
    let small = layers(size, box).resized(to: Size(height: 13, width: 17))
    for place in 0..<small.alpha.count where small.alpha[place] > 8 {
      #expect(small.colors[place * 3] > 245 && small.colors[place * 3 + 1] < 10)
    }
    let large = layers(size, box).resized(to: Size(height: 80, width: 120))
    #expect(large.alpha.count(where: { $0 > 127 }) == 40 * 20)
  }

  @Test("A picture is made to fit, and is left alone if it does")
  func fitting() {
    let picture = Picture(
      size: size, hasAlpha: false, samples: .bits16([UInt16](repeating: 25_700, count: 40 * 60 * 3)))
    #expect(picture.fitting(pixels: 2400) == picture)
    let small = picture.fitting(pixels: 600)
    #expect(small.size == Size(height: 20, width: 30))
    #expect(small.samples == .bits8([UInt8](repeating: 100, count: 20 * 30 * 3)))
    #expect(picture.fitting(pixels: 1).size == Size(height: 1, width: 1))
    #expect(picture.covering(Size(height: 9, width: 3)).size == Size(height: 9, width: 3))
  }

  @Test("A smoothed mask is cut at one half, and loses single pixels")
  func smoothing() {
    var pixels = [UInt8](repeating: 0, count: 60 * 60)
    pixels[10 * 60 + 10] = 255
    for y in 30..<50 { for x in 30..<50 { pixels[y * 60 + x] = 200 } }
    let smoothed = Mask(size: Size(height: 60, width: 60), pixels: pixels).smoothed
    #expect(Set(smoothed.pixels) == [0, 255])
    #expect(smoothed.pixels[10 * 60 + 10] == 0)
    #expect(smoothed.pixels[40 * 60 + 40] == 255)
  }
}
