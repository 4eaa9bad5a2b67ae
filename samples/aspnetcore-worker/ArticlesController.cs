using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace Shop;

[ApiController]
[Route("api/articles")]
public sealed class ArticlesController(Catalogue catalogue) : ControllerBase
{
    [HttpGet]
    public IEnumerable<Article> All() => catalogue.All;

    [HttpGet("{id:int}")]
    public ActionResult<Article> Find(int id) => catalogue.Find(id) is { } article ? article : NotFound();

    [HttpPost]
    public ActionResult<Article> Add(NewArticle wanted)
    {
        var article = catalogue.Add(wanted.Name, wanted.Price);
        return CreatedAtAction(nameof(Find), new { id = article.Id }, article);
    }

    /// <summary>Takes a picture of any size and says how large it was.</summary>
    [HttpPut("{id:int}/picture")]
    [DisableRequestSizeLimit]
    public async Task<ActionResult<long>> UploadAsync(int id)
    {
        if (catalogue.Find(id) is null)
        {
            return NotFound();
        }

        var buffer = new byte[16 * 1024];
        long length = 0;
        for (int read; (read = await Request.Body.ReadAsync(buffer, HttpContext.RequestAborted)) > 0;)
        {
            length += read;
        }

        return length;
    }

    /// <summary>What is needed for a new article.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Price">What one costs.</param>
    public sealed record NewArticle([Required] string Name, [Range(0.01, 1_000_000)] decimal Price);
}
